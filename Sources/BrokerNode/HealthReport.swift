import BrokerCore
import Bytes

extension NodeStatistics {
    /// Writes the JSON document of `GET /health`.
    func writeHealth(
        broker: BrokerStatistics, isStopping: Bool, at now: Moment, into writer: inout ByteWriter
    ) {
        let uptime = now.instant.milliseconds - startedAt.instant.milliseconds
        writer.append("{\"status\":\"ok\",\"version\":\"")
        writer.append(NodeVersion.text)
        writer.append("\",\"state\":\"")
        writer.append(isStopping ? ByteView("stopping") : ByteView("serving"))
        writer.append("\",\"uptimeSeconds\":")
        writer.append(decimal: uptime / 1000)
        writer.append(",\"counters\":{")
        let counters: [(StaticString, UInt64)] = [
            ("requests", requests), ("refusedRequests", refusedRequests), ("ticks", ticks),
            ("messagesSent", broker.messagesSent), ("messagesReceived", broker.messagesReceived),
            ("messagesDeleted", broker.messagesDeleted),
            ("messagesDeadLettered", broker.messagesDeadLettered),
            ("messagesExpired", broker.messagesExpired),
        ]
        for (index, (name, value)) in counters.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(UInt8(ascii: "\""))
            writer.append(name)
            writer.append("\":")
            writer.append(decimal: value)
        }
        writer.append("}}")
    }
}
