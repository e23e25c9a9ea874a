/// Where a shard ends and the world begins, beside the journal's disk.
public struct Seams {
    public var courier: any Courier
    public var signer: any Signer
    public var archive: any Archive
    public var deliveryLog: any DeliveryLog

    /// These four.
    public init(
        courier: any Courier, signer: any Signer, archive: any Archive,
        deliveryLog: any DeliveryLog
    ) {
        self.courier = courier
        self.signer = signer
        self.archive = archive
        self.deliveryLog = deliveryLog
    }
}
