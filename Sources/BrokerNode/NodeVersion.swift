/// The release of the program.
public enum NodeVersion {
    /// As `apus --version` and `GET /health` show it.
    public static let text = "0.1.0"
}
