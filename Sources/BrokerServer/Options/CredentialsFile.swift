import BrokerCore
import BrokerProtocol
import Bytes

/// Reads a file of keys as the AWS CLI and the SDKs share it, `~/.aws/credentials`:
///
///     [profile]
///     aws_access_key_id = …
///     aws_secret_access_key = …
///
/// and where needed `aws_session_token` and `aws_account_id`. Other keys of a profile, and lines that
/// go on what stands above, are of no interest. No error repeats what may be a secret.
struct CredentialsFile {
    /// A thousand keys with long session tokens fit.
    static let byteLimit: UInt64 = 4 << 20
    private static let wordLimit = 128
    private static let tokenLimit = 4096

    /// What a profile has said so far.
    private struct Profile {
        let name: String
        let line: Int
        var values: [String: String] = [:]
    }

    private let path: String
    private let defaultAccount: AccountID
    private var names: Set<String> = []
    private var profile: Profile?
    /// The name on the last line that was not indented further, and its indentation.
    private var latest: (name: String, indentation: Int)?
    private var credentials = Credentials()

    private init(path: String, account: AccountID) {
        self.path = path
        defaultAccount = account
    }

    /// The keys in the file at `path`.
    ///
    /// - Parameter account: Of keys for which the file names none.
    static func read(path: String, account: AccountID) throws(OptionProblem) -> Credentials {
        let length = try? File(path: path, flags: File.readOnly).length()
        guard let length, length <= byteLimit, let text = File.text(path: path) else {
            throw OptionProblem(
                "--credentials: \"\(path)\" cannot be read as a file of at most 4 MiB; allowed: "
                    + allowed)
        }
        return try parse(text, path: path, account: account)
    }

    /// The keys that `text` tells of.
    static func parse(
        _ text: String, path: String, account: AccountID
    ) throws(OptionProblem) -> Credentials {
        var file = CredentialsFile(path: path, account: account)
        var number = 0
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            try file.take(String(Substring(line)), number)
        }
        try file.endProfile()
        guard file.credentials.count > 0 else { throw file.problem(number, "there is no key") }
        return file.credentials
    }

    static let allowed =
        "a file of [profiles] with aws_access_key_id and aws_secret_access_key, and where needed "
        + "aws_session_token and aws_account_id"

    // MARK: Lines

    private mutating func take(_ line: String, _ number: Int) throws(OptionProblem) {
        let content = OptionText.trimmed(CredentialsFile.withoutComment(line))
        guard !content.isEmpty else { return }
        if content.hasPrefix("[") {
            guard content.hasSuffix("]") else {
                throw problem(number, "a profile's name has no closing bracket")
            }
            try endProfile()
            let name = OptionText.trimmed(String(content.dropFirst().dropLast()))
            guard !name.isEmpty, names.insert(name).inserted else {
                throw problem(number, "the profile's name is missing or there already")
            }
            profile = Profile(name: name, line: number)
            latest = nil
            return
        }
        guard profile != nil else {
            throw problem(number, "there is no [profile] above this line")
        }
        let indentation = line.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count
        if let latest, indentation > latest.indentation {
            guard !CredentialsFile.names.contains(latest.name) else {
                throw problem(number, "the value of \(latest.name) has more than one line")
            }
            return
        }
        guard let equals = content.firstIndex(of: "=") else {
            throw problem(number, "this is neither `name = value`, [profile] nor a # comment")
        }
        let name = OptionText.trimmed(String(content[..<equals])).lowercased()
        latest = (name, indentation)
        guard CredentialsFile.names.contains(name) else { return }
        let value = OptionText.trimmed(String(content[content.index(after: equals)...]))
        try check(name, value, number)
        guard profile?.values.updateValue(value, forKey: name) == nil else {
            throw problem(number, "\(name) is there already")
        }
    }

    private static let names: Set<String> = [
        "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id",
    ]

    private func check(_ name: String, _ value: String, _ number: Int) throws(OptionProblem) {
        let isVisible = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        let isToken = name == "aws_session_token"
        let limit = isToken ? CredentialsFile.tokenLimit : CredentialsFile.wordLimit
        guard isVisible, !value.isEmpty, value.utf8.count <= limit else {
            throw problem(number, "\(name) is not 1 to \(limit) visible characters of ASCII")
        }
        if name == "aws_account_id", OptionText.account(value) == nil {
            throw problem(number, "aws_account_id is not twelve digits")
        }
        if name == "aws_access_key_id", value.contains(where: { "/,;".contains($0) }) {
            throw problem(number, "aws_access_key_id holds a slash, a comma or a semicolon")
        }
    }

    /// A `#` or `;` at the front of a line or after a space begins a comment.
    private static func withoutComment(_ line: String) -> String {
        var previous: UInt8 = 0x20
        for index in line.utf8.indices {
            let byte = line.utf8[index]
            if byte == 0x23 || byte == 0x3B, previous == 0x20 || previous == 0x09 {
                return String(line[..<index])
            }
            previous = byte
        }
        return line
    }

    // MARK: Profiles

    /// Keeps the key of the profile that ends here; one that has none is of another kind.
    private mutating func endProfile() throws(OptionProblem) {
        guard let ended = profile.take() else { return }
        let id = ended.values["aws_access_key_id"]
        let secret = ended.values["aws_secret_access_key"]
        if id == nil, secret == nil { return }
        guard let id, let secret else {
            let missing = id == nil ? "aws_access_key_id" : "aws_secret_access_key"
            throw problem(ended.line, "profile \"\(ended.name)\" has no \(missing)")
        }
        let account = (ended.values["aws_account_id"] ?? id)
        let key = AccessKey(
            id: id, secret: secret, sessionToken: ended.values["aws_session_token"],
            account: OptionText.account(account) ?? defaultAccount)
        guard credentials.insert(key) else {
            throw problem(
                ended.line,
                "the key of profile \"\(ended.name)\" is there already, with other values"
            )
        }
        guard credentials.count <= Credentials.limit else {
            throw problem(ended.line, "there are more than \(Credentials.limit) keys")
        }
    }

    private func problem(_ line: Int, _ reason: String) -> OptionProblem {
        OptionProblem(
            "--credentials: \"\(path)\" line \(line): \(reason); allowed: "
                + CredentialsFile.allowed)
    }
}
