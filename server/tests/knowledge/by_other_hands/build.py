# Writes the ten documents of the invented seller "Kelvara" (cold-chain monitoring).
import os
D = os.path.join(os.path.dirname(os.path.abspath(__file__)), "documents")
os.makedirs(D, exist_ok=True)
P = lambda n: os.path.join(D, n)

# ---------- 1 XLSX price list ----------
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
wb = Workbook()
ws = wb.active; ws.title = "Plans"
ws["A1"] = "Kelvara Watch – price list 2025"; ws["A1"].font = Font(bold=True, size=14)
ws.merge_cells("A1:H1")
ws["A2"] = "Valid from 1 April 2025. All prices net of VAT, in euros."
ws.merge_cells("A2:H2")
hdr = ["Plan", "Monthly fee ¹", "Annual fee, prepaid", "Prepay saving", "Probes included", "Users included", "Extra probe / month", "Data retention"]
rows = [["Starter", 89, 961.2, .10, 10, 3, 7.9, "12 months"],
        ["Depot", 249, 2629.44, .12, 40, 12, 6.4, "24 months"],
        ["Fleet ²", 590, 6018, .15, 120, 35, 5.2, "36 months"],
        ["Network ²", "on request", "on request", None, 400, "unlimited", 3.9, "10 years"]]
E = '"€"#,##0.00'
def head(ws, r, h):
    for i, x in enumerate(h, 1):
        c = ws.cell(r, i, x); c.font = Font(bold=True); c.fill = PatternFill("solid", fgColor="DDE8F0")
head(ws, 4, hdr)
for r, row in enumerate(rows, 5):
    for i, v in enumerate(row, 1):
        c = ws.cell(r, i, v)
        if i in (2, 3, 7) and not isinstance(v, str): c.number_format = E
        if i == 4: c.number_format = "0%"
ws["A10"] = "¹ Customers on an older price list keep their fee until their next renewal."
ws["A11"] = "² Sold as yearly subscriptions only, see contract terms."
for col in "ABCDEFGH": ws.column_dimensions[col].width = 20

h = wb.create_sheet("Hardware")
h["A1"] = "Hardware (purchase, per piece)"; h["A1"].font = Font(bold=True, size=13)
head(h, 3, ["Item no.", "Article", "Measuring range", "1–24 pcs", "25–99 pcs", "from 100 pcs", "Power", "Warranty"])
hw = [["KP-100", "Air probe", "−40 to +85 °C", 64, 58, 51, "battery, 5 years", "24 months"],
      ["KP-120", "Glycol probe (vaccine fridges)", "−30 to +60 °C", 92, 84, 76, "battery, 4 years", "24 months"],
      ["KP-200", "Cryo probe", "−200 to +40 °C", 189, 175, None, "battery, 2 years", "24 months"],
      ["KG-10", "Gateway, indoor, LTE", None, 219, 205, 189, "mains 230 V", "36 months"],
      ["KG-20", "Gateway, vehicle, LTE", None, 279, 262, 240, "12/24 V", "36 months"],
      ["KD-1", "Door contact", None, 29, 26, 22, "battery, 6 years", "24 months"],
      ["CAL-3", "Calibration certificate, three points (ISO 17025)", None, 48, 44, 39, "–", "–"]]
for r, row in enumerate(hw, 4):
    for i, v in enumerate(row, 1):
        c = h.cell(r, i, v)
        if i in (4, 5, 6): c.number_format = '#,##0.00\\ "€"'
h["A12"] = "Freight within the EU is free from an order value of 750 euros."
h.column_dimensions["B"].width = 46
s = wb.create_sheet("Services")
head(s, 1, ["Service", "Unit", "Price", "Remarks"])
sv = [["Installation on site", "technician day", 1150, "plus travel"],
      ["Remote onboarding package", "flat", 690, "up to 40 probes"],
      ["Validation package IQ/OQ", "flat", 3400, "pharma customers; one site"],
      ["Admin training", "half day", 480, "max. 12 people"],
      ["Travel by car", "km", .65, None]]
for r, row in enumerate(sv, 2):
    for i, v in enumerate(row, 1):
        c = s.cell(r, i, v)
        if i == 3: c.number_format = E
s.column_dimensions["A"].width = 32
wb.save(P("price-list-2025.xlsx"))

# ---------- 2 DOCX discount policy ----------
from docx import Document
def tab(d, rows):
    t = d.add_table(rows=0, cols=len(rows[0])); t.style = "Table Grid"
    for n, r in enumerate(rows):
        cs = t.add_row().cells
        for c, v in zip(cs, r):
            c.text = v
            if n == 0:
                for run in c.paragraphs[0].runs: run.bold = True
    d.add_paragraph()
d = Document()
d.add_heading("Discount policy – internal, do not forward", 0)
d.add_paragraph("Owner: Sales Operations (M. Tietjen). Version 7, May 2025. Replaces version 6 of last autumn.")
d.add_heading("1. Volume discount on subscriptions", 1)
d.add_paragraph("The band is the number of probes under contract at signature, across all sites of the customer.")
tab(d, [["Probes under contract", "Discount", "Approved by"],
        ["fewer than 50", "–", "–"],
        ["50–199", "5 %", "account executive"],
        ["200–499", "9 %", "team lead"],
        ["500–1,999", "14 %", "Head of Sales"],
        ["2,000 and more", "20 %", "CFO"]])
d.add_heading("2. Multi-year commitments", 1)
d.add_paragraph("A two-year commitment earns a further 6 percent, a three-year commitment 11 percent. Neither applies to hardware or services.")
d.add_heading("3. Special groups", 1)
for x in ["Registered charities, food banks and blood banks get 25 % off the subscription, on any plan.",
          "Public hospitals are treated like any other customer.",
          "A customer who refers another one receives a credit note of EUR 300 once the new contract has been running for three months."]:
    d.add_paragraph(x, style="List Bullet")
d.add_heading("4. Combining discounts", 1)
d.add_paragraph("No more than two discounts may be combined, and the total must never exceed 30 % of the list price. The prepay saving in the price list does not count towards this limit.")
d.add_heading("5. Hardware", 1)
d.add_paragraph("Account executives may grant up to 8 % on hardware without asking; anything above goes to the team lead. Calibration certificates are never discounted.")
d.add_heading("6. Quotes and pilots", 1)
d.add_paragraph("A written quote with a discount lapses after 45 days. It can be renewed once.")
d.add_paragraph("Pilots run for 60 days with up to 15 probes at no charge. A larger pilot is invoiced at a flat EUR 400 and the sum is credited if the customer signs.")
d.save(P("discount-policy.docx"))

# ---------- 3 MD FAQ ----------
open(P("customer-faq.md"), "w", encoding="utf-8").write("""# Kelvara Watch – frequently asked questions

*Last edited 3 June 2025. For prices see the price list.*

## Trying and buying

**Can we try it first?**
Yes. A pilot lasts sixty days and we lend you up to 15 probes for it, free of charge.

**Which currencies do you invoice in?**
Euros, Swiss francs and pounds sterling. US dollars are planned, see the roadmap.

**Can we change plans during the year?**
Upgrades are possible at any time and are charged pro rata. Downgrades take effect at the next renewal only.

## Probes and gateways

- By default a probe measures every 5 minutes. The interval can be set anywhere between 1 and 60 minutes; short intervals cost battery life.
- Range to the gateway is about 300 m in the open and roughly 40 m indoors, through two ordinary walls. Steel-clad cold rooms can halve that.
- If the connection drops, the probe stores its readings for up to 30 days (8,640 values at the default interval) and sends them later, so no gap appears in the chart.
- Probes are splash-proof (IP67); gateways are not (IP20).

## Alerts

Every plan includes e-mail and push alerts. Text messages are included from Depot upwards: 200 a month on Depot, 1,000 on Fleet.
Each additional text message is billed at €0.09. Voice calls exist on Network only.

## What is in which plan?

| Feature | Starter | Depot | Fleet | Network |
|---|---|---|---|---|
| Sites | 1 | 5 | 30 | unlimited |
| Alert rules per site | 10 | 50 | 200 | unlimited |
| REST API, calls per day | – | – | 20,000 | 250,000 |
| Single sign-on (SAML) | no | no | add-on, €95 a month | included |
| Audit trail (21 CFR Part 11) | no | no | yes | yes |
| Custom dashboards | 1 | 4 |  | unlimited |

## Data

1. The measured data belong to the customer, always.
2. Reports can be downloaded as PDF or CSV in all plans.
3. The app speaks English, German, French, Dutch and Polish.
4. Where the data are kept and how they are protected is described in the security sheet.
""")

# ---------- 4 + 7 PDFs ----------
from reportlab.platypus import SimpleDocTemplate, Paragraph, Table, TableStyle, Spacer
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.pagesizes import A4
from reportlab.lib import colors
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
pdfmetrics.registerFont(TTFont("DV", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
pdfmetrics.registerFont(TTFont("DVB", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"))
ss = getSampleStyleSheet()
for n in ("Normal", "BodyText"): ss[n].fontName = "DV"; ss[n].fontSize = 9.5; ss[n].leading = 13
for n in ("Heading1", "Heading2", "Title"): ss[n].fontName = "DVB"
ss["Heading2"].fontSize = 11.5
def ruled(rows, w):
    t = Table(rows, colWidths=w, hAlign="LEFT")
    t.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), .6, colors.black), ("FONTNAME", (0, 0), (-1, -1), "DV"),
        ("FONTNAME", (0, 0), (-1, 0), "DVB"), ("FONTSIZE", (0, 0), (-1, -1), 8), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)]))
    return t
H = lambda x: Paragraph(x, ss["Heading2"]); B = lambda x: Paragraph(x, ss["BodyText"])
def foot(txt):
    def f(c, doc):
        c.setFont("DV", 7.5); c.drawString(60, 28, txt); c.drawRightString(535, 28, "Page %d" % doc.page)
    return f
def pdf(name, title, story, ft):
    SimpleDocTemplate(P(name), pagesize=A4, leftMargin=60, rightMargin=60, topMargin=55, bottomMargin=55, title=title, invariant=1).build(
        [Paragraph(title, ss["Title"])] + story, onFirstPage=foot(ft), onLaterPages=foot(ft))

pdf("security-sheet.pdf", "Security and data protection at a glance", [
    B("For customers' IT and quality departments. As of August 2025."),
    H("Hosting and encryption"),
    B("All customer data are stored in a data centre in Frankfurt am Main; an encrypted backup copy is held in Dublin. Nothing leaves the European Union."),
    B("Data at rest are encrypted with AES-256. Traffic between gateway and platform uses TLS 1.3, older versions are refused."),
    H("Certificates and reports"),
    ruled([["Standard", "Scope", "Status", "Last audit", "Valid until"],
           ["ISO/IEC 27001:2022", "platform, support", "certified", "October 2024", "14 November 2027"],
           ["SOC 2 Type II", "platform", "report under NDA", "July 2025", ""],
           ["ISO 9001:2015", "hardware production", "certified", "January 2025", "2 March 2026"],
           ["EN 12830", "KP-100, KP-120", "tested", "May 2023", ""],
           ["Cyber Essentials Plus", "UK office", "in preparation", "", ""]],
          [112, 104, 90, 72, 100]),
    Spacer(1, 6),
    H("Backup and recovery"),
    B("Databases are backed up every six hours and each backup is retained for 35 days. A restore is rehearsed once a quarter."),
    ruled([["Plan", "Recovery point (RPO)", "Recovery time (RTO)"],
           ["Starter, Depot", "6 hours", "24 hours"],
           ["Fleet", "6 hours", "8 hours"],
           ["Network", "30 minutes", "4 hours"]], [110, 140, 140]),
    H("Access"),
    B("Two-factor log-in is mandatory for administrators and optional for everybody else. Passwords need at least 12 characters. Access logs are kept for 400 days."),
    H("Tests and incidents"),
    B("An outside firm carries out a penetration test twice a year; a summary is available on request. If personal data are affected by a breach, we inform the customer within 36 hours of noticing it."),
], "Kelvara GmbH · Security sheet · public")

C = [("1 Term and termination", [
    "1.1 Starter is concluded for an indefinite period and may be cancelled at the end of any calendar month.",
    "1.2 Depot and Fleet have a minimum term of 12 months, Network of 24 months. Thereafter the contract renews for 12 months at a time.",
    "1.3 For Depot, Fleet and Network, notice must be given in text form ninety (90) days before the end of the current term."]),
  ("2 Fees and payment", [
    "2.1 Invoices are payable within 30 days of receipt, without deduction. Default interest is nine percentage points above the base rate.",
    "2.2 Kelvara may adjust the subscription fee once per contract year by no more than 4 %. The adjustment is announced three months ahead.",
    "2.3 Hardware is invoiced on dispatch and remains Kelvara's property until paid in full."]),
  ("3 Customer data", [
    "3.1 The Customer remains the sole owner of the measured data.",
    "3.2 After the end of the contract the Customer may export its data for 60 days. Kelvara then deletes them within a further 14 days.",
    "3.3 Kelvara notifies the Customer of a personal data breach within 36 hours."]),
  ("4 Liability", [
    "4.1 Liability is unlimited for intent and gross negligence.",
    "4.2 In all other cases the liability of Kelvara is limited to the fees paid in the twelve months before the event. For breaches of data protection duties the limit is EUR 1,000,000.",
    "4.3 Kelvara is not liable for readings that are wrong because a probe was mounted against the installation guide."]),
  ("5 Confidentiality", ["5.1 The duty of confidentiality survives the contract by five years."]),
  ("6 Final provisions", [
    "6.1 German law applies; the courts of Bremen have jurisdiction.",
    "6.2 Changes to these terms need text form. Individual agreements take precedence over Kelvara's price list."])]
pdf("contract-terms.pdf", "General terms for Kelvara Watch subscriptions",
    [x for t, cl in C for x in [H(t)] + [B(c) for c in cl]], "Kelvara GmbH, Bremen · Terms 2025-04")

# ---------- 5 DOCX SLA ----------
d = Document()
d.add_heading("Service level agreement", 0)
d.add_paragraph("Annex B to the subscription contract. Response times of the help desk are found in the support matrix.")
d.add_heading("1. Availability", 1)
d.add_paragraph("1.1 Kelvara guarantees the following availability of the platform, measured per calendar month:")
tab(d, [["Plan", "Guaranteed availability", "Max. downtime per month"],
        ["Starter", "99.5 %", "3 h 39 min"], ["Depot", "99.5 %", "3 h 39 min"],
        ["Fleet", "99.9 %", "44 min"], ["Network", "99.95 %", "22 min"]])
d.add_paragraph("1.2 Availability is measured from outside, once a minute, from two independent locations.")
d.add_heading("2. Maintenance", 1)
d.add_paragraph("2.1 Planned maintenance takes place on Sundays between 02:00 and 05:00 CET and does not count as downtime.")
d.add_paragraph("2.2 It is announced five working days in advance on the status page.")
d.add_heading("3. Alerts", 1)
d.add_paragraph("3.1 At least 95 % of all alerts leave the platform within 60 seconds of the limit being exceeded.")
d.add_paragraph("3.2 Delays in the customer's mobile network are excluded.")
d.add_heading("4. Service credits", 1)
d.add_paragraph("4.1 If the guaranteed availability is missed, the customer may claim a credit on the monthly fee:")
tab(d, [["Availability in the month", "Credit (share of monthly fee)"],
        ["below the guarantee, but at least 99.0 %", "5 %"],
        ["98.0 % to 98.99 %", "10 %"], ["below 98.0 %", "25 %"]])
d.add_paragraph("4.2 Claims must be made within 21 days of the end of the month concerned.")
d.add_paragraph("4.3 Credits are set off against the following bill and are not paid out.")
d.save(P("sla-annex-b.docx"))

# ---------- 6 HTML comparison ----------
open(P("battlecard-rivals.html"), "w", encoding="utf-8").write("""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Battlecard: Kelvara against the usual three</title>
<style>table{border-collapse:collapse}td,th{border:1px solid #999;padding:4px}</style></head>
<body>
<h1>Battlecard: Kelvara against the usual three</h1>
<p>Collected from public price pages and from customers' offers, spring 2025. <b>Internal use only.</b></p>
<table>
<thead><tr><th></th><th>Point</th><th>Kelvara</th><th>ThermoNest</th><th>ChillGrid</th><th>Logmar</th></tr></thead>
<tbody>
<tr><th rowspan="3">Hardware</th><td>Battery life, standard probe</td><td>5 years</td><td>3 years</td><td>2 years</td><td>18 months</td></tr>
<tr><td>Probe warranty</td><td>24 months</td><td>12 months</td><td>24 months</td><td></td></tr>
<tr><td>Lowest temperature</td><td>&minus;200&nbsp;&deg;C</td><td>&minus;40&nbsp;&deg;C</td><td>&minus;80&nbsp;&deg;C</td><td>&minus;50&nbsp;&deg;C</td></tr>
<tr><th rowspan="2">Software</th><td>Offline buffer</td><td>30 days</td><td>7 days</td><td>none</td><td>14 days</td></tr>
<tr><td>History in the entry plan</td><td>12 months</td><td>3 months</td><td>6 months</td><td>12 months</td></tr>
<tr><th rowspan="2">Commercial</th><td>Entry plan, per month</td><td>&euro;89</td><td>&euro;75</td><td>&euro;110</td><td>&euro;59</td></tr>
<tr><td>Set-up fee</td><td>none</td><td>&euro;350</td><td>&euro;550</td><td>none</td></tr>
</tbody>
</table>
<h2>Where we lose</h2>
<ul>
<li>Logmar is cheaper for a single shop with fewer than ten fridges; don't fight it there.</li>
<li>ThermoNest has a resident technician in most of Scandinavia.</li>
</ul>
<h2>What to say</h2>
<p>ChillGrid ties new customers in for 36 months. Ask the prospect whether anybody told them.</p>
<p>ThermoNest was sold to a private equity fund in November 2024 &ndash; mention it only when asked.</p>
</body></html>
""")

# ---------- 8 PPTX kick-off deck ----------
from pptx import Presentation
from pptx.util import Inches, Pt
pr = Presentation()
def slide(title, bullets=None, table=None, note=None):
    s = pr.slides.add_slide(pr.slide_layouts[1 if bullets else 5]); s.shapes.title.text = title
    if bullets:
        tf = s.placeholders[1].text_frame; tf.text = bullets[0]
        for b in bullets[1:]: tf.add_paragraph().text = b
    if table:
        t = s.shapes.add_table(len(table), len(table[0]), Inches(.5), Inches(1.6), Inches(9), Inches(3.5)).table
        for i, r in enumerate(table):
            for j, v in enumerate(r): t.cell(i, j).text = v
    if note: s.notes_slide.notes_text_frame.text = note
s = pr.slides.add_slide(pr.slide_layouts[0]); s.shapes.title.text = "Getting started with Kelvara Watch"; s.placeholders[1].text = "Implementation guide for new customers"
slide("How long does it take?", ["Depot customers are usually live after 10 working days", "Fleet customers should plan six weeks from signature to go-live", "Pharma validation (IQ/OQ) adds three weeks"])
slide("Phases of a Fleet project", table=[["Phase", "Week", "Led by", "Customer effort"],
    ["Kick-off and site survey", "1–2", "Kelvara", "1 day"], ["Gateways", "3", "Kelvara", "½ day"],
    ["Probe roll-out", "3–5", "customer", "4 days"], ["Alert rules and training", "5", "both", "1 day"], ["Go-live", "6", "both", ""]])
slide("What your IT has to prepare", ["Outbound TCP port 8883 must be open for each gateway; no inbound port is needed", "A power socket within two metres of the gateway", "SIM cards are built in, no contract of your own is required", "A list of users with e-mail addresses, three days before training"])
slide("Connecting other systems", ["Ready-made connectors for SAP EWM and Microsoft Dynamics 365", "Setting up a connector takes about three days", "Everything else goes through the REST API (Fleet and above)"])
slide("Training", ["Two online sessions of 90 minutes each are part of every implementation", "Recordings stay available for a year"], note="Remind the customer to invite the night shift as well.")
pr.save(P("implementation-kickoff.pptx"))

# ---------- 9 CSV support matrix ----------
open(P("support-matrix.csv"), "w", encoding="utf-8-sig", newline="").write("\r\n".join([
 'Plan;Support hours (CET);Channels;First response P1;First response P2;First response P3;Success manager;Swap of defective hardware',
 'Starter;Mon–Fri 09:00–17:00;e-mail;8 business hours;2 business days;5 business days;no;',
 'Depot;Mon–Fri 07:00–19:00;e-mail, chat;4 hours;1 business day;3 business days;no;5 business days',
 'Fleet;P1: 24/7, otherwise Mon–Fri 07:00–19:00;"e-mail, chat, phone";1 hour;4 hours;2 business days;shared;2 business days',
 'Network;24/7;"e-mail, chat, phone, direct line";15 minutes;2 hours;1 business day;dedicated;next business day']) + "\r\n")

# ---------- 10 TXT release notes and roadmap ----------
open(P("release-notes-roadmap.txt"), "w", encoding="utf-8").write("""KELVARA WATCH - RELEASE NOTES AND ROADMAP
Status: September 2025. Roadmap dates are plans, not promises.

== Released ==

5.4 (September 2025)
 * Floor plans: drag probes onto a picture of your warehouse.
 * The mobile app now requires iOS 16 or Android 11; older phones keep version 5.3.
 * Fixed: summer time shifted weekly reports by an hour.

5.3 (June 2025)
 * Alerts can be paused per door, for at most 4 hours.
 * PDF reports carry the customer's own logo.

5.2 (April 2025)
 * With the new price list the monthly fee of Depot went up from EUR 229 to EUR 249.
 * CSV export is about three times faster.

== End of life ==

API v1 will be switched off on 31 January 2026. Please move to v2 before then.
The Windows desktop client receives no updates any more.

== Roadmap ==

Q4 2025   Offline mode for drivers in the mobile app
Q1 2026   Invoicing in USD
Q2 2026   Humidity probe KP-300 (0-100 % RH)
Q3 2026   Italian user interface
""")
