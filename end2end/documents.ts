// Ten real files of ten formats, made when a journey needs them: nothing of them lies in the repository.
//
// Each says one thing that no other says, so that a question has one right document.
import type { Browser } from "@playwright/test";

export interface Paper {
  name: string;
  mimeType: string;
  buffer: Buffer;
  /** What it is asked. */
  question: string;
  /** Words of the sentence that answers. */
  answer: RegExp;
}

/** One file of each format. */
export async function papers(browser: Browser): Promise<Paper[]> {
  return [
    {
      name: "Aurora price list.pdf",
      mimeType: "application/pdf",
      buffer: await pdf(browser),
      question: "What does the Aurora subscription cost per seat?",
      answer: /Aurora subscription costs 41 euros per seat/,
    },
    {
      name: "Onboarding guide.docx",
      mimeType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      buffer: docx(),
      question: "How many training sessions does a new administrator get?",
      answer: /three training sessions/,
    },
    {
      name: "Roadmap.pptx",
      mimeType: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
      buffer: pptx(),
      question: "When does the offline mode for tablets arrive?",
      answer: /offline mode for tablets arrives in September/,
    },
    {
      name: "Discounts.xlsx",
      mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      buffer: xlsx(),
      question: "Which discount do charities receive?",
      answer: /Charities/,
    },
    {
      name: "Warranty.odt",
      mimeType: "application/vnd.oasis.opendocument.text",
      buffer: odt(),
      question: "How many months does the hardware warranty last?",
      answer: /hardware warranty lasts 30 months/,
    },
    {
      name: "security.html",
      mimeType: "text/html",
      buffer: Buffer.from(
        "<!doctype html><html lang=en><title>Security overview</title><body><h1>Security overview</h1><h2>Encryption</h2>" +
          "<p>Backups are encrypted with a key that rotates every ninety days.</p><script>document.title = 'never'</script></body></html>",
      ),
      question: "Does the key of encrypted backups rotate?",
      answer: /rotates every ninety days/,
    },
    {
      name: "support.md",
      mimeType: "text/markdown",
      buffer: Buffer.from("# Support\n\n## Opening hours\n\nThe telephone hotline answers from 7 in the morning until 8 in the evening.\n"),
      question: "When does the telephone hotline answer?",
      answer: /from 7 in the morning until 8 in the evening/,
    },
    {
      name: "competitors.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("Vendor,Weakness,Founded\nNimbus Corp,no audit log for exports,2014\nStratus GmbH,no mobile application,2018\n"),
      question: "What is the weakness of Stratus GmbH?",
      answer: /Stratus GmbH/,
    },
    {
      name: "Reply to Harbour Ltd.eml",
      mimeType: "message/rfc822",
      buffer: Buffer.from(
        [
          "From: Ada Byron <ada@example.com>",
          "To: Dana Reyes <dana@example.com>",
          "Subject: Data residency for Harbour Ltd",
          "Date: Mon, 02 Nov 2026 09:00:00 +0000",
          "MIME-Version: 1.0",
          "Content-Type: text/plain; charset=utf-8",
          "",
          "Dear Dana,",
          "",
          "Harbour Ltd can keep its archive in the data centre of Reykjavik.",
          "",
          "Ada",
          "",
        ].join("\r\n"),
      ),
      question: "Where can Harbour Ltd keep its archive?",
      answer: /data centre of Reykjavik/,
    },
    {
      name: "Cancellation.rtf",
      mimeType: "application/rtf",
      buffer: Buffer.from(
        "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Times New Roman;}}\\f0\\fs24 Cancellation\\par\\pard A pilot may be cancelled with a notice of eleven days.\\par}",
        "latin1",
      ),
      question: "With which notice may a pilot be cancelled?",
      answer: /notice of eleven days/,
    },
  ];
}

/** Printed by Chromium itself: two pages with a text layer. */
async function pdf(browser: Browser): Promise<Buffer> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.setContent(
    "<title>Aurora price list</title><h1>Aurora price list</h1><p>This list replaces all earlier ones and holds for the whole year. " +
      "It was agreed by the sales team and the finance team in their meeting of January.</p>" +
      "<div style='break-before: page'><h2>Subscriptions</h2><p>The Aurora subscription costs 41 euros per seat and month. " +
      "It includes the mobile application and all updates.</p></div>",
  );
  const bytes = await page.pdf({ format: "A4" });
  await context.close();
  return bytes;
}

const xml = (body: string) => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${body}`;
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";

/** What every file of Office begins with: the kinds of its parts, and which part is the main one. */
function office(main: string, kind: string, more: Record<string, string> = {}): Record<string, string> {
  const overrides = Object.entries({ [main]: kind, ...more });
  return {
    "[Content_Types].xml": xml(
      `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
        `<Default Extension="xml" ContentType="application/xml"/>` +
        overrides.map(([part, kind]) => `<Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${kind}+xml"/>`).join("") +
        `</Types>`,
    ),
    "_rels/.rels": relations([["rId1", "officeDocument", main]]),
  };
}

function relations(list: [id: string, kind: string, target: string][]): string {
  const items = list.map(([id, kind, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`);
  return xml(`<Relationships xmlns="${PACKAGE}/relationships">${items.join("")}</Relationships>`);
}

function docx(): Buffer {
  const paragraph = (text: string, style = "") =>
    `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
  const main = "word/document.xml";
  return zip({
    ...office(main, "wordprocessingml.document.main"),
    [main]: xml(
      `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` +
        paragraph("Onboarding guide", "Heading1") +
        paragraph("This guide is for customers who have just signed.") +
        paragraph("Training", "Heading2") +
        paragraph("A new administrator gets three training sessions of one hour.") +
        `</w:body></w:document>`,
    ),
  });
}

function pptx(): Buffer {
  const main = "ppt/presentation.xml";
  const drawing = "http://schemas.openxmlformats.org/drawingml/2006/main";
  const presentation = "http://schemas.openxmlformats.org/presentationml/2006/main";
  const shape = (text: string, kind: string) =>
    `<p:sp><p:nvSpPr><p:cNvPr id="2" name="${kind}"/><p:cNvSpPr/><p:nvPr><p:ph type="${kind}"/></p:nvPr></p:nvSpPr><p:spPr/>` +
    `<p:txBody><a:bodyPr/><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`;
  const slide = (title: string, text: string) =>
    xml(
      `<p:sld xmlns:a="${drawing}" xmlns:p="${presentation}"><p:cSld><p:spTree><p:nvGrpSpPr/><p:grpSpPr/>` +
        `${shape(title, "title")}${shape(text, "body")}</p:spTree></p:cSld></p:sld>`,
    );
  const kind = "presentationml.slide";
  return zip({
    ...office(main, "presentationml.presentation.main", { "ppt/slides/slide1.xml": kind, "ppt/slides/slide2.xml": kind }),
    [main]: xml(
      `<p:presentation xmlns:p="${presentation}" xmlns:r="${OFFICE}"><p:sldIdLst><p:sldId id="256" r:id="rId1"/>` +
        `<p:sldId id="257" r:id="rId2"/></p:sldIdLst></p:presentation>`,
    ),
    "ppt/_rels/presentation.xml.rels": relations([
      ["rId1", "slide", "slides/slide1.xml"],
      ["rId2", "slide", "slides/slide2.xml"],
    ]),
    "ppt/slides/slide1.xml": slide("Roadmap", "What comes in the second half of the year."),
    "ppt/slides/slide2.xml": slide("Autumn", "The offline mode for tablets arrives in September."),
  });
}

function xlsx(): Buffer {
  const main = "xl/workbook.xml";
  const sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const rows = [["Customers", "Discount"], ["Schools", "20 percent"], ["Charities", "35 percent"], ["Start-ups", "15 percent"]];
  const cells = rows.map((row, at) => {
    const texts = row.map((text, column) => `<c r="${"AB"[column]}${at + 1}" t="inlineStr"><is><t>${text}</t></is></c>`);
    return `<row r="${at + 1}">${texts.join("")}</row>`;
  });
  return zip({
    ...office(main, "spreadsheetml.sheet.main", { "xl/worksheets/sheet1.xml": "spreadsheetml.worksheet" }),
    [main]: xml(`<workbook xmlns="${sheet}" xmlns:r="${OFFICE}"><sheets><sheet name="Discounts" sheetId="1" r:id="rId1"/></sheets></workbook>`),
    "xl/_rels/workbook.xml.rels": relations([["rId1", "worksheet", "worksheets/sheet1.xml"]]),
    "xl/worksheets/sheet1.xml": xml(`<worksheet xmlns="${sheet}"><sheetData>${cells.join("")}</sheetData></worksheet>`),
  });
}

function odt(): Buffer {
  const kind = "application/vnd.oasis.opendocument.text";
  const names = "urn:oasis:names:tc:opendocument:xmlns";
  return zip({
    mimetype: kind,
    "content.xml": xml(
      `<office:document-content xmlns:office="${names}:office:1.0" xmlns:text="${names}:text:1.0" office:version="1.3"><office:body><office:text>` +
        `<text:h text:outline-level="1">Warranty</text:h><text:p>The hardware warranty lasts 30 months from the day of delivery.</text:p>` +
        `</office:text></office:body></office:document-content>`,
    ),
    "META-INF/manifest.xml": xml(
      `<manifest:manifest xmlns:manifest="${names}:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="${kind}"/>` +
        `<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`,
    ),
  });
}

/** A ZIP of texts, stored as they are. */
function zip(files: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    // Version, flags, method, time, date, checksum, both sizes, length of the name and of what more there is.
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(0x0800, 2);
    about.writeUInt16LE(0x21, 8);
    about.writeUInt32LE(crc32(content), 10);
    about.writeUInt32LE(content.length, 14);
    about.writeUInt32LE(content.length, 18);
    about.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    parts.push(Buffer.from("PK\x03\x04"), about, path, content);
    directory.push(Buffer.from("PK\x01\x02\x14\x00"), about, place, path);
    at += 4 + about.length + path.length + content.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, list, Buffer.from("PK\x05\x06"), end]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
