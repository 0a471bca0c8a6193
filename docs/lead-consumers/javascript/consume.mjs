// Follow the leads of a salesbot: node consume.mjs HOST:PORT
import { Kafka, logLevel } from "kafkajs";

const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.ERROR });
const leads = kafka.consumer({ groupId: "javascript-example" });
await leads.connect();
await leads.subscribe({ topic: "lead.events.v1", fromBeginning: true });
await leads.run({
  eachMessage: async ({ message }) => {
    const type = message.headers.ce_type?.toString();
    if (type === "salesbot.LeadChanged.v1") {
      const { lead } = JSON.parse(message.value);
      console.log("changed", lead.conversation_id, lead.status);
    } else if (type === "salesbot.LeadErased.v1") {
      console.log("erased", JSON.parse(message.value).conversation_id);
    } else if (message.value === null) {
      console.log("ended", message.key.toString());
    }
  },
});
