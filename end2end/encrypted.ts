// A PDF that only opens with its password: encrypted with AES-256 as ISO 32000-2 says (revision 6), what today's programs write.
import { createCipheriv, createHash, randomBytes } from "node:crypto";

/** One page with one line of text, in letters of Latin-1. */
export function encryptedPdf(line: string, password: string): Buffer {
  const key = randomBytes(32);
  const nothing = Buffer.alloc(0);
  const user = secret(password, key, nothing);
  const owner = secret(`${password} of the owner`, key, user.check);
  const content = Buffer.from(`BT /F1 14 Tf 72 720 Td (${line.replace(/[\\()]/g, "\\$&")}) Tj ET`, "latin1");
  const start = randomBytes(16);
  const stream = Buffer.concat([start, aes("aes-256-cbc", key, start, content, true)]);
  // Everything is allowed.
  const rights = -4;
  const perms = Buffer.alloc(16, 0xff);
  perms.writeInt32LE(rights);
  perms.write("Tadb", 8, "latin1");
  randomBytes(4).copy(perms, 12);
  const hex = (bytes: Buffer) => `<${bytes.toString("hex")}>`;
  const objects: (string | Buffer)[] = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    Buffer.concat([Buffer.from(`<</Length ${stream.length}>>\nstream\n`), stream, Buffer.from("\nendstream")]),
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    `<</Filter/Standard/V 5/R 6/Length 256/P ${rights}/EncryptMetadata true/StmF/StdCF/StrF/StdCF` +
      `/CF<</StdCF<</CFM/AESV3/AuthEvent/DocOpen/Length 32>>>>` +
      `/U ${hex(user.check)}/UE ${hex(user.key)}/O ${hex(owner.check)}/OE ${hex(owner.key)}` +
      `/Perms ${hex(aes("aes-256-ecb", key, null, perms, false))}>>`,
  ];
  return file(objects, `/Root 1 0 R/Encrypt 6 0 R/ID[${hex(key.subarray(0, 16))}${hex(key.subarray(0, 16))}]`);
}

/** What tells a right password, and the file's key under that password. */
function secret(password: string, key: Buffer, user: Buffer): { check: Buffer; key: Buffer } {
  const [validation, wrapping] = [randomBytes(8), randomBytes(8)];
  return {
    check: Buffer.concat([hash(password, validation, user), validation, wrapping]),
    key: aes("aes-256-cbc", hash(password, wrapping, user), Buffer.alloc(16), key, false),
  };
}

/** Algorithm 2.B of ISO 32000-2. */
function hash(password: string, salt: Buffer, user: Buffer): Buffer {
  const letters = Buffer.from(password);
  let sum = createHash("sha256").update(letters).update(salt).update(user).digest();
  for (let round = 0; ; round += 1) {
    const once = Buffer.concat([letters, sum, user]);
    const mixed = aes("aes-128-cbc", sum.subarray(0, 16), sum.subarray(16, 32), Buffer.concat(Array<Buffer>(64).fill(once)), false);
    // The first 16 bytes as one number, by 3: 256 leaves 1.
    const rest = mixed.subarray(0, 16).reduce((total, byte) => total + byte, 0) % 3;
    sum = createHash(["sha256", "sha384", "sha512"][rest]!).update(mixed).digest();
    if (round >= 63 && mixed[mixed.length - 1]! <= round - 31) return sum.subarray(0, 32);
  }
}

function aes(cipher: string, key: Buffer, start: Buffer | null, bytes: Buffer, padded: boolean): Buffer {
  const encrypt = createCipheriv(cipher, key, start).setAutoPadding(padded);
  return Buffer.concat([encrypt.update(bytes), encrypt.final()]);
}

/** Objects, numbered from 1, with the table of where each begins. */
function file(objects: (string | Buffer)[], trailer: string): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-2.0\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  const length = () => parts.reduce((total, part) => total + part.length, 0);
  const places = objects.map((object, at) => {
    const place = length();
    parts.push(Buffer.from(`${at + 1} 0 obj\n`), Buffer.from(object), Buffer.from("\nendobj\n"));
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const table = length();
  const count = objects.length + 1;
  parts.push(Buffer.from(`xref\n0 ${count}\n0000000000 65535 f \n${places.join("")}trailer\n<</Size ${count}${trailer}>>\nstartxref\n${table}\n%%EOF\n`));
  return Buffer.concat(parts);
}
