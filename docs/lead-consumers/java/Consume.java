// Follow the leads of a salesbot: mvn dependency:copy-dependencies && java -cp 'target/dependency/*' Consume.java HOST:PORT
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

class Consume {
    public static void main(String[] args) throws Exception {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", args[0], "group.id", "java-example", "auto.offset.reset", "earliest");
        try (var leads = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            leads.subscribe(List.of("lead.events.v1"));
            while (true) for (var record : leads.poll(Duration.ofSeconds(1))) {
                var header = record.headers().lastHeader("ce_type");
                var type = header == null ? "" : new String(header.value());
                if (type.equals("salesbot.LeadChanged.v1"))
                    System.out.println("changed " + record.key() + " "
                        + new ObjectMapper().readTree(record.value()).at("/lead/status").asText());
                else if (type.equals("salesbot.LeadErased.v1")) System.out.println("erased " + record.key());
                else if (record.value() == null) System.out.println("ended " + record.key());
            }
        }
    }
}
