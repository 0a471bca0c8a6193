"""Apache Kafka, set by KAFKA_* as its official image is: KAFKA_LOG_DIRS is log.dirs."""

import os
import subprocess
from pathlib import Path

CONFIG = Path("/var/lib/kafka/server.properties")
HEAP = os.environ["KAFKA_HEAP_OPTS"].split()
JAVA = ["/opt/java/bin/java", *HEAP, "-XX:+UseSerialGC", "-cp", "/opt/kafka/*"]

settings = {
    name.removeprefix("KAFKA_").lower().replace("_", "."): value
    for name, value in os.environ.items()
    if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
}
CONFIG.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
identity = ["--cluster-id=5L6g3nShT-eMCtK--X86sw", f"--config={CONFIG}", "--ignore-formatted"]
subprocess.run([*JAVA, "kafka.tools.StorageTool", "format", *identity], check=True)
os.execv(JAVA[0], [*JAVA, "kafka.Kafka", str(CONFIG)])
