# kafka.sh: one KRaft node, broker and controller in one, from the jars that deps fetched. Sourced by stack.
# shellcheck shell=bash

kafka_variable=TRIBUTARY_KAFKA_BROKERS
kafka_dir=$stack_dir/kafka
kafka_stop_seconds=15

kafka_address() { printf '127.0.0.1:%s' "$(<"$run_dir/kafka.port")"; }

# The voter is named here and not in the log of the cluster, so that a restart may come up on another port. The
# session is short because a broker that comes back after kill -9 waits until its dead self has timed out.
kafka_configure() {
    local broker=$1 controller=$2 advertised=${TRIBUTARY_STACK_KAFKA_ADVERTISED:-} second
    cat >"$kafka_dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$broker,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$broker
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$kafka_dir/data
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=8
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
END
    [[ -n $advertised ]] || return 0
    # Whoever comes in by the second listener is told to come back by this port: a test's faulty network lies between.
    second=$(port_keep kafka-second)
    sed -i -e "s|^listeners=.*|&,SECOND://127.0.0.1:$second|" \
        -e "s|^advertised.listeners=.*|&,SECOND://127.0.0.1:$advertised|" "$kafka_dir/server.properties"
    say 'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECOND:PLAINTEXT' >>"$kafka_dir/server.properties"
}

kafka_java() {
    printf '%s\0' java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        "-Dlog4j2.configurationFile=$here/kafka/log4j2.properties" -cp "$local_dir/kafka/libs/*" "$@"
}

kafka_start() {
    local java
    [[ -d $local_dir/kafka/libs ]] || die "Kafka's jars are not here: run $here/deps first"
    mkdir -p "$kafka_dir"
    kafka_configure "$(port_keep kafka)" "$(port_keep kafka-controller)"
    if [[ ! -f $kafka_dir/data/meta.properties ]]; then
        # With "=": one id in 64 begins with a dash.
        mapfile -d '' -t java < <(kafka_java kafka.tools.StorageTool format -c "$kafka_dir/server.properties" \
            "--cluster-id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')")
        "${java[@]}" >>"$log_dir/kafka.log" 2>&1
    fi
    mapfile -d '' -t java < <(kafka_java kafka.Kafka "$kafka_dir/server.properties")
    daemon_start kafka "${java[@]}"
}

kafka_ready() { kcat -b "$(kafka_address)" -L -m 1 2>/dev/null | grep -q 'broker 1 at'; }
