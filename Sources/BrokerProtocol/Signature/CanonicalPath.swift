import Bytes

/// The path of a request as signatures of all services but S3 are made of it.
enum CanonicalPath {
    /// Appends `path` without empty and dotted segments, with everything escaped but unreserved
    /// characters and slashes: what was sent escaped is so twice, as the SDKs sign it.
    static func append(_ path: ByteView, to canonical: inout ByteWriter) {
        if path.is("/") { return canonical.append(Character.slash) }
        let start = canonical.count
        var parts = PathParts(path)
        while let part = parts.next() {
            if part.isEmpty || part.is(".") { continue }
            if part.is("..") {
                let written = canonical.view.dropFirst(start)
                canonical.truncate(to: start + (written.lastIndex(of: Character.slash) ?? 0))
            } else {
                canonical.append(Character.slash)
                canonical.append(percentEncoded: part)
            }
        }
        let isEmpty = canonical.count == start
        if isEmpty || path[path.count - 1] == Character.slash {
            canonical.append(Character.slash)
        }
    }
}
