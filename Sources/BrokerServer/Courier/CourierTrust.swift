import Glibc

/// Whom https endpoints are checked against. What the system trusts is read when the first of them
/// is met, because that takes longer than everything else at start.
final class CourierTrust {
    private var made: TLSContext?

    /// - Parameter authorities: A file of PEM certificates, which is read at once; nil for those of
    ///   the system.
    init(authorities: String?) throws(CourierProblem) {
        guard let authorities else { return }
        do throws(SystemError) {
            // OpenSSL tells a missing file from an unsuitable one with few words.
            _ = try File(path: authorities, flags: O_RDONLY)
        } catch {
            throw CourierProblem(reason: "\(error)")
        }
        made = try TLSContext(authorities: authorities)
    }

    func context() throws(CourierProblem) -> TLSContext {
        if let made { return made }
        let context = try TLSContext(authorities: nil)
        made = context
        return context
    }
}
