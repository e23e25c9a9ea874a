import BrokerCore
import BrokerProtocol
import Testing

@testable import BrokerServer

private let account = AccountID(number: 42)

private func parse(_ text: String) throws(OptionProblem) -> Credentials {
    try CredentialsFile.parse(text, path: "keys", account: account)
}

private func keys(_ keys: [AccessKey]) -> Credentials {
    var credentials = Credentials()
    for key in keys { precondition(credentials.insert(key), "each key is there once") }
    return credentials
}

/// The line and the reason why a file is refused.
private func problem(_ text: String) -> String? {
    do throws(OptionProblem) {
        _ = try parse(text)
        return nil
    } catch {
        let front = "--credentials: \"keys\" line "
        let end = "; allowed: \(CredentialsFile.allowed)"
        guard error.message.hasPrefix(front), error.message.hasSuffix(end) else {
            return error.message
        }
        return String(error.message.dropFirst(front.count).dropLast(end.count))
    }
}

@Suite struct CredentialsFileTests {
    @Test func everyProfileIsAKey() throws {
        let text = """
            # the keys of a team
            [default]
            aws_access_key_id = AKIDEXAMPLE
            aws_secret_access_key = wJalr/XUt+nFEMI#K7==
            region = eu-west-1

            ; a temporary one
            [ci]\r
            AWS_ACCESS_KEY_ID=ASIAEXAMPLE\r
            aws_secret_access_key=other   # said twice to nobody
            aws_session_token = IQoJ//+=
            aws_account_id = 111122223333

            [numbered]
              aws_access_key_id = 444455556666
              aws_secret_access_key = third
            """
        #expect(
            try parse(text)
                == keys([
                    AccessKey(id: "AKIDEXAMPLE", secret: "wJalr/XUt+nFEMI#K7==", account: account),
                    AccessKey(
                        id: "ASIAEXAMPLE", secret: "other", sessionToken: "IQoJ//+=",
                        account: AccountID(number: 111_122_223_333)),
                    AccessKey(
                        id: "444455556666", secret: "third",
                        account: AccountID(number: 444_455_556_666)),
                ]))
    }

    @Test func whatIsNotAKeyIsPassedOver() throws {
        let text = """
            [assumed]
            role_arn = arn:aws:iam::111122223333:role/a
            source_profile = default
            [default]
            aws_access_key_id = a
            s3 =
              max_concurrent_requests = 20
              aws_access_key_id = nested
            aws_secret_access_key = b
            credential_process = /bin/true
            [same]
            aws_access_key_id = a
            aws_secret_access_key = b
            """
        #expect(try parse(text) == keys([AccessKey(id: "a", secret: "b", account: account)]))
    }

    @Test(arguments: [
        ("", "1: there is no key"),
        ("[empty]\nregion = a\n", "3: there is no key"),
        ("aws_access_key_id = a", "1: there is no [profile] above this line"),
        ("[a", "1: a profile's name has no closing bracket"),
        ("[ ]", "1: the profile's name is missing or there already"),
        ("[a]\n[b]\n[a]", "3: the profile's name is missing or there already"),
        (
            "[a]\nsecret", "2: this is neither `name = value`, [profile] nor a # comment"
        ),
        ("\n[a]\naws_access_key_id = a", "2: profile \"a\" has no aws_secret_access_key"),
        ("[a]\naws_secret_access_key = secret", "1: profile \"a\" has no aws_access_key_id"),
        (
            "[a]\naws_access_key_id =",
            "2: aws_access_key_id is not 1 to 128 visible characters of ASCII"
        ),
        (
            "[a]\naws_secret_access_key = two secrets",
            "2: aws_secret_access_key is not 1 to 128 visible characters of ASCII"
        ),
        (
            "[a]\naws_session_token = \(String(repeating: "t", count: 4097))",
            "2: aws_session_token is not 1 to 4096 visible characters of ASCII"
        ),
        (
            "[a]\naws_access_key_id = a/b",
            "2: aws_access_key_id holds a slash, a comma or a semicolon"
        ),
        ("[a]\naws_account_id = 12", "2: aws_account_id is not twelve digits"),
        (
            "[a]\naws_secret_access_key = a\n\taws_account_id = 1",
            "3: the value of aws_secret_access_key has more than one line"
        ),
        (
            "[a]\naws_access_key_id = a\naws_access_key_id = a",
            "3: aws_access_key_id is there already"
        ),
        (
            "[a]\naws_access_key_id=a\naws_secret_access_key=b\n"
                + "[b]\naws_access_key_id=a\naws_secret_access_key=secret",
            "4: the key of profile \"b\" is there already, with other values"
        ),
    ])
    func aFaultIsToldWithItsLine(text: String, reason: String) {
        #expect(problem(text) == reason)
    }

    @Test func thereAreAThousandKeysAtMost() throws {
        let text = (0..<1001).map {
            "[p\($0)]\naws_access_key_id=a\($0)\naws_secret_access_key=b\n"
        }
        #expect(try parse(text.dropLast().joined()).count == 1000)
        #expect(problem(text.joined()) == "3001: there are more than 1000 keys")
    }

    @Test func aFileThatCannotBeReadIsNamed() throws {
        let directory = try TemporaryDirectory()
        for path in [directory.directory.path, directory.directory.path + "/missing"] {
            do throws(OptionProblem) {
                _ = try CredentialsFile.read(path: path, account: account)
                Issue.record("\(path) was read")
            } catch {
                let front = "--credentials: \"\(path)\" cannot be read as a file of "
                #expect(error.message.hasPrefix(front))
            }
        }
    }
}
