/// Pieces of a page.
enum HTML {
    /// The text with what means something in HTML written out.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }

    /// A figure in large digits with what it is.
    static func card(_ value: String, _ unit: String, _ name: String, isBad: Bool = false) -> String
    {
        "<div class=\"card\(isBad ? " bad" : "")\"><p class=\"figure\">\(escaped(value))"
            + "<span>\(escaped(unit))</span></p><p class=\"what\">\(escaped(name))</p></div>"
    }

    /// A plot with its title and the names of its lines.
    static func figure(
        _ title: String, _ note: String, legend: [(name: String, color: Int)] = [], _ svg: String,
        isWide: Bool = false
    ) -> String {
        let names = legend.map {
            "<span class=\"key\"><i class=\"c\($0.color)\"></i>\(escaped($0.name))</span>"
        }.joined()
        return "<figure\(isWide ? " class=\"wide\"" : "")><figcaption><b>\(escaped(title))</b>"
            + "<small>\(escaped(note))</small><div class=\"keys\">\(names)</div></figcaption>"
            + "\(svg)</figure>"
    }

    /// A table whose first column is text and whose others are numbers.
    static func table(_ titles: [String], _ rows: [[String]]) -> String {
        let head = titles.map { "<th>\(escaped($0))</th>" }.joined()
        let body = rows.map { row in
            "<tr>" + row.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>"
        }.joined()
        return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody>"
            + "</table></div>"
    }

    /// The whole page.
    static func page(title: String, lead: [String], body: String, foot: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(title))</title>
        <style>
        \(PageStyle.css)
        </style>
        </head>
        <body>
        <main>
        <header>
        <p class="brand">apus-bench</p>
        <h1>\(escaped(title))</h1>
        \(lead.map { "<p class=\"lead\">\(escaped($0))</p>" }.joined(separator: "\n"))
        </header>
        \(body)
        <footer>\(escaped(foot))</footer>
        </main>
        </body>
        </html>

        """
    }
}
