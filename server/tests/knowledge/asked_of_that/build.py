# Writes the two .docx files of the set (a/parcels.docx and b/heat-pumps.docx), with nothing but the standard library.
import pathlib, zipfile
from xml.sax.saxutils import escape
HERE = pathlib.Path(__file__).parent
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
def par(text, style=""):
    style = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{style}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
def table(rows):
    row = lambda cells: "<w:tr>" + "".join(f"<w:tc><w:tcPr/>{par(cell)}</w:tc>" for cell in cells) + "</w:tr>"
    return "<w:tbl><w:tblPr/>" + "".join(row(cells) for cells in rows) + "</w:tbl>"
def write(name, body):
    styles = "".join(f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/><w:pPr><w:outlineLvl w:val="{n - 1}"/></w:pPr></w:style>' for n in (1, 2))
    types = ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>')
    rel = lambda id, kind, to: f'<Relationship Id="{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{to}"/>'
    rels = lambda inner: f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as out:
        for path, text in {
            "[Content_Types].xml": types, "_rels/.rels": rels(rel("r1", "officeDocument", "word/document.xml")),
            "word/_rels/document.xml.rels": rels(rel("r1", "styles", "styles.xml")), "word/styles.xml": f"<w:styles {NS}>{styles}</w:styles>",
            "word/document.xml": f"<w:document {NS}><w:body>{body}<w:sectPr/></w:body></w:document>",
        }.items():
            out.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)
write("a/parcels.docx", par("Gannet Parcels: sending abroad", "Heading1") + par("Prices and times", "Heading2")
    + table([["Country", "Price up to 5 kg", "Delivery time"], ["Norway", "€14.50", "3–5 working days"], ["Belgium", "€8.90", "2 working days"], ["Portugal", "€12.20", "4 working days"]])
    + par("Parcels to Switzerland take six working days because of customs. Express parcels to Norway arrive on the next working day.")
    + par("Conditions", "Heading2")
    + par("A parcel may weigh at most 31.5 kg. Damage must be reported within seven days. Every parcel is insured for up to €500.")
    + par("Pick-up at your door costs €3.50 in Belgium. We do not carry batteries. Complaints are answered by Ms. Odile Renard."))
write("b/heat-pumps.docx", par("Tarn Heat Pumps: care contracts", "Heading1") + par("Contracts", "Heading2")
    + table([["Contract", "Yearly fee", "Response time", "Spare parts"], ["Ember", "€190", "72 hours", "not included"], ["Blaze", "€310", "24 hours", "included"], ["Inferno", "€520", "4 hours", "included"]])
    + par("The Ember contract can be ended at any time. The Blaze contract runs for two years.")
    + par("The pumps", "Heading2")
    + par("The T-40 heats up to 140 square metres. The T-60 weighs 182 kg and makes a noise of 38 dB. Both pumps use propane as a refrigerant.")
    + par("Installing takes two days. We install in Austria and in Slovenia. In Slovenia the journey is charged with €90."))
