"""Cuts the Chinese serif that ships with Inkstone.

    apt-get install fonts-noto-cjk      # Noto Serif CJK 2.001, SIL OFL 1.1
    pip install fonttools==4.68.0
    python3 assets/fonts/song/cut.py /usr/share/fonts/opentype/noto

Takes the Simplified Chinese face of Noto Serif CJK, keeps the 7,445 characters of GB 2312 with the
punctuation that Unicode has for them, full-width forms, and characters of names and of daily use
that GB 2312 lacks, and drops hinting and layout tables: full-width text needs none. The cut has a
name of its own, "Inkstone Song", as a changed font should.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

HERE = Path(__file__).parent
# Outside of GB 2312: punctuation as typed today, then hanzi of names, dialects and the net.
PUNCTUATION = "·—–―…⋯‘’“”〇〈〉《》「」『』【】〔〕〖〗～〜￥％‰℃№①②③④⑤⑥⑦⑧⑨⑩"
HANZI = (
    "喆堃玥昇珺珩珮琤琰瑄瑀瑢璟璠甯祎祜禛旻昉昕晞晗晟暐曈钰钊铖锜镕镓骅骐骞骢鸢鹓瀞瀛浠淏淼湉湜"
    "滢漪潞濛炜烜焜煊煜燊爔牂玘玟玹珈珣珉琛琬琭瑗瑜瑛璎璐瓒皛皞睿祺禔稷笙筠箬纮绾缇翀翊翎羿耘聿"
    "芃芊芮苒苡茉荃荻莜莞菡萱葳蓁蓂蔚薇蘅虓衎袆裎讷诃诣谌赟轶辂迺逄郗郜鄢酂醍陟雎雱霂霁靓韪韫颋"
    "颢飏馥驰麒麓黛鼐龑妤姝姞娅娉婳婵嫄嫣嬛孛宓屾岚峣嵘嶷巍帏弈彧忻怿恺悰惇愔慜懿戬扆昶晁杼枞桁"
    "桢棣棻椿楗榕樾橦檀歆殷沁沄泓泠泱洄洛浔涵渌溁滟澍澎澔澹濯囧槑嘚瑟嘢喵哔咘呒嗞啰噁犇猋骉鱻麤"
    "着裹鍾髙硚塆堉墉壵夬奭姵婧媖嫚嬿屄尕峁崟嵊廑弢彣惪扃拶揸搛撸攸敉斫旴昳晙晳朏朕杲枊柟栻栩桉"
    "梽棨楙榍榧槚樑橚檗欤氚汧沅沨泂泃洧浛涔涪渼湙溆溦滘漈潲澴濞瀍瀔灏炅炆炘炫焱焯煕煐燚爕猃玎玕"
    "珏珖珧珲珵琇琏琎琚琯琲瑆瑨瑭瑱璁璈璋璜璞璨甬畋畹疃皓盱眭砼硁磡祃祊祾秫穰窅窣竑竦笕筇篁粼糸"
)

def gb2312():
    rows = (bytes([a, b]) for a in range(0xA1, 0xF8) for b in range(0xA1, 0xFF))
    for pair in rows:
        try:
            yield ord(pair.decode("gb2312"))
        except UnicodeDecodeError:
            pass


def cut(folder: Path, weight: str):
    fonts = TTCollection(folder / f"NotoSerifCJK-{weight}.ttc", lazy=True).fonts
    font = next(f for f in fonts if f["name"].getDebugName(1) == "Noto Serif CJK SC")
    names = font["name"]
    copyright_line, licence = names.getDebugName(0), names.getDebugName(13)
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    wanted = set(gb2312()) | {ord(c) for c in PUNCTUATION + HANZI}
    wanted |= set(range(0xFF01, 0xFF5F)) | {0x3000}
    # Latin and Cyrillic letters come from Courier Prime or a font of the system.
    wanted -= set(range(0x21, 0x7F))
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    names.names = []
    for number, text in {
        0: copyright_line,
        1: "Inkstone Song" if weight == "Regular" else f"Inkstone Song {weight}",
        2: "Regular",
        3: f"InkstoneSong-{weight} 1.0",
        4: f"Inkstone Song {weight}",
        5: "Version 1.0, cut from Noto Serif CJK SC 2.001",
        6: f"InkstoneSong-{weight}",
        13: licence,
        14: "https://openfontlicense.org",
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [f"InkstoneSong-{weight}"]
    top[0].FullName = f"Inkstone Song {weight}"
    top[0].FamilyName = "Inkstone Song"
    # The same bytes at every run.
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    path = HERE / f"InkstoneSong-{weight}.otf"
    font.save(path)
    print(path.name, path.stat().st_size, "bytes,", len(font.getBestCmap()), "characters")


for weight in ("Regular", "Bold"):
    cut(Path(sys.argv[1]), weight)
