# Cuts the documents into sentences and table rows and looks for each label's strings in ONE of them.
import json,re,os,csv,html.parser,collections
D="/tmp/forty/documents/"
def sent(t): return [x for l in t.split("\n") for x in re.split(r"(?<=[.?!])\s+(?=[A-Z])",l.strip()) if x]
def fmt(c):
    v,f=c.value,c.number_format
    if v is None or isinstance(v,str): return v or ""
    if "%" in f: return "%d%%"%round(v*100)
    if "€" in f: return ("€{:,.2f}" if f.startswith('"€') else "{:,.2f} €").format(v)
    return str(v)
def units(n):
    p=D+n
    if n.endswith(".xlsx"):
        import openpyxl
        return [" | ".join(fmt(c) for c in r) for w in openpyxl.load_workbook(p) for r in w.iter_rows()]
    if n.endswith(".docx"):
        import docx; d=docx.Document(p)
        return [s for q in d.paragraphs for s in sent(q.text)]+[" | ".join(c.text for c in r.cells) for t in d.tables for r in t.rows]
    if n.endswith(".pdf"):
        import pdfplumber; out=[]
        for pg in pdfplumber.open(p).pages:
            out+= [" | ".join(x or "" for x in r) for t in pg.extract_tables() for r in t]
            bb=[t.bbox for t in pg.find_tables()]
            rest=pg.filter(lambda o:not any(b[0]<=o.get("x0",0)<=b[2] and b[1]<=o.get("top",0)<=b[3] for b in bb))
            out+= [y for x in sent(rest.extract_text().replace("\n"," ")) for y in re.split(r"\s(?=\d\.\d\s)",x)]
        return out
    if n.endswith(".pptx"):
        import pptx; out=[]
        for s in pptx.Presentation(p).slides:
            for h in s.shapes:
                if h.has_text_frame: out+=[q.text for q in h.text_frame.paragraphs]
                if h.has_table: out+=[" | ".join(c.text for c in r.cells) for r in h.table.rows]
        return out
    if n.endswith(".csv"): return [" | ".join(r) for r in csv.reader(open(p,encoding="utf-8-sig"),delimiter=";")]
    t=open(p,encoding="utf-8").read()
    if n.endswith(".html"):
        import html
        t=re.sub(r"</t[dh]>"," | ",t); t=html.unescape(re.sub(r"<(?!/?(tr|p|li|h\d))[^>]+>","",t)); t=re.sub(r"<[^>]+>","\n",t)
    return sent(t)
docs={n:units(n) for n in sorted(os.listdir(D))}
Q=[json.loads(l) for l in open("/tmp/forty/questions.jsonl",encoding="utf-8")]
assert len({q["id"] for q in Q})==len(Q)==50 and len({q["question"] for q in Q})==50
assert sum(q["answerable"] for q in Q)==40
N=lambda s:re.sub(r"\s+"," ",s).lower()
bad=0; per=collections.Counter()
for q in Q:
    if not q["answerable"]: assert q["any_of"]==[] and q["document"] is None; continue
    want=q["document"] if isinstance(q["document"],list) else [q["document"]]
    per.update(want)
    hits=[(n,u) for n,us in docs.items() for u in us if any(all(N(x) in N(u) for x in a) for a in q["any_of"])]
    miss=[w for w in want if w not in [h[0] for h in hits]]
    extra=[h for h in hits if h[0] not in want]
    if miss or extra: bad+=1
    print(q["id"],q["question"]); 
    for h in hits: print("     ",h[0],"::",h[1][:170])
    if miss: print("   MISSING",miss)
    if extra: print("   ELSEWHERE",extra)
print(len(docs),"documents;",dict(per)); print("problems:",bad)

# the unanswerable: words that must stand nowhere, cells that must be empty
allt=N(" ".join(u for us in docs.values() for u in us))
for w in ("tisax","co2","carbon","professional"): assert w not in allt,w
assert "uptime" not in N(" ".join(docs["battlecard-rivals.html"])) and "availab" not in N(" ".join(docs["battlecard-rivals.html"]))
row=lambda n,s:[u for u in docs[n] if s in u][0]
assert "175.00 € |  | battery" in row("price-list-2025.xlsx","KP-200")
assert row("price-list-2025.xlsx","Network").startswith("Network ² | on request | on request |  | 400")
assert "| 4 |  | unlimited" in row("customer-faq.md","Custom dashboards")
assert row("support-matrix.csv","Starter").endswith("| no | ")
assert re.search(r"24 months \|\s*\|$",row("battlecard-rivals.html","Probe warranty"))
print("unanswerable checked")
