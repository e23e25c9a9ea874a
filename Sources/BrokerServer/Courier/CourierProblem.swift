/// Why a parcel cannot be delivered, as its sender is told.
struct CourierProblem: Error, Equatable {
    let reason: String
}
