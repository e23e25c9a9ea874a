import BrokerCore
import Bytes

/// Writes whole responses for what the broker answered.
public enum OutcomeEncoder {
    /// Appends the response that carries `outcome`, which must not be `.parked`.
    ///
    /// - Parameter payload: The payload of the record of the received message with this index.
    public static func encode(
        _ outcome: Outcome, form: ResponseForm, requestID: RequestID,
        payload: (Int) -> ByteView, into writer: inout ByteWriter
    ) {
    }

    /// Appends the response that carries `error`.
    public static func encode(
        error: BrokerError, form: ResponseForm, requestID: RequestID, into writer: inout ByteWriter
    ) {
    }

    /// Appends an answer that needed no broker.
    public static func encode(
        _ answer: DirectAnswer, form: ResponseForm, requestID: RequestID,
        into writer: inout ByteWriter
    ) {
    }
}
