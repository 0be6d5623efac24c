"""Writes pillow-pictures.json: WebP, BMP and TIFF files with the pixels that Pillow reads in them.

Run it here with Pillow 12 or later, which must have libwebp and libtiff. Files that Pillow does not write are
put together byte by byte.
"""
import base64, io, json, pathlib, random, struct
from PIL import Image, ImageOps
import PIL
random.seed(3)
W,H=21,14
def px(x,y): # smooth + noise
    return min(255,max(0,int(40+x*8+y*5+random.random()*40)))
rgb=Image.new("RGB",(W,H)); rgb.putdata([(px(x,y),px(x,H-y),px(W-x,y)) for y in range(H) for x in range(W)])
gray=rgb.convert("L")
rgba=rgb.convert("RGBA"); rgba.putalpha(Image.frombytes("L",(W,H),bytes((i*7)%256 for i in range(W*H))))
pal=rgb.quantize(40)
pal16=rgb.quantize(11)
bit=gray.point(lambda v:255 if v>130 else 0).convert("1")
i16=Image.frombytes("I;16",(W,H),struct.pack("<%dH"%(W*H),*[(i*223+random.randrange(9000))%65536 for i in range(W*H)]))
i16b=Image.frombytes("I;16B",(W,H),struct.pack(">%dH"%(W*H),*[(i*223+random.randrange(9000))%65536 for i in range(W*H)]))
f32=Image.frombytes("F",(W,H),struct.pack("<%df"%(W*H),*[random.random()*5-2 for _ in range(W*H)]))
cases=[]
def expected(data, frame=0):
    im=Image.open(io.BytesIO(data)); im.seek(frame); im.load()
    im=ImageOps.exif_transpose(im)
    if im.mode in("I;16","I;16B","I;16L"):
        vals=[v for v in im.get_flattened_data()]; return im.size,vals,"values"
    if im.mode in("I","F"): return im.size,list(im.get_flattened_data()),"values"
    if im.mode in ("RGBA","LA"):
        a=im.getchannel("A"); g=im.convert("RGB").convert("L") if im.mode=="RGBA" else im.getchannel("L")
        return im.size,[int(v*o/255+0.5) for v,o in zip(g.get_flattened_data(),a.get_flattened_data())],"gray"
    if im.mode in("P","1"): im=im.convert("RGB")
    return im.size,list(im.convert("L").get_flattened_data()),"gray"
def add(name,data,frame=0):
    size,vals,kind=expected(data,frame)
    cases.append({"name":name,"file":base64.b64encode(data).decode(),"width":size[0],"height":size[1],kind:base64.b64encode(bytes(vals)).decode() if kind=="gray" else list(vals),**({"frame":frame} if frame else {})})
def save(im,fmt,**k):
    b=io.BytesIO(); im.save(b,fmt,**k); return b.getvalue()
ex=Image.Exif(); ex[274]=6
add("lossy WebP",save(rgb,"WEBP",quality=80))
add("lossless WebP",save(rgb,"WEBP",lossless=True,exact=True))
add("gray WebP",save(gray,"WEBP",quality=60))
add("transparent lossless WebP",save(rgba,"WEBP",lossless=True,exact=True))
add("transparent lossy WebP",save(rgba,"WEBP",quality=70))
add("turned WebP",save(rgb,"WEBP",lossless=True,exif=ex))
# BMP
add("24-bit BMP",save(rgb,"BMP")); add("gray BMP",save(gray,"BMP")); add("palette BMP",save(pal,"BMP"))
add("1-bit BMP",save(bit,"BMP")); add("32-bit BMP with transparency",save(rgba,"BMP"))
def bmp(w,h,bpp,comp,body,pal=b"",masks=b"",hdr=40,colors=0,extra=b""):
    if hdr==12: head=struct.pack("<IHHHH",12,w,h,1,bpp)
    else: head=struct.pack("<IiiHHIIiiII",hdr,w,h,1,bpp,comp,len(body),2835,2835,colors,0)+extra
    off=14+len(head)+len(masks)+len(pal)
    return b"BM"+struct.pack("<IHHI",off+len(body),0,0,off)+head+masks+pal+body
R=[[rgb.getpixel((x,y)) for x in range(W)] for y in range(H)]
def pad(b): return b+b"\0"*(-len(b)%4)
rows24=[pad(b"".join(bytes(p[::-1]) for p in r)) for r in R]
add("top-down BMP",bmp(W,-H,24,0,b"".join(rows24)))
add("16-bit BMP of 5, 5 and 5 bits",bmp(W,H,16,0,b"".join(pad(b"".join(struct.pack("<H",(p[0]>>3)<<10|(p[1]>>3)<<5|p[2]>>3) for p in r)) for r in R[::-1])))
add("16-bit BMP of 5, 6 and 5 bits",bmp(W,H,16,3,b"".join(pad(b"".join(struct.pack("<H",(p[0]>>3)<<11|(p[1]>>2)<<5|p[2]>>3) for p in r)) for r in R[::-1]),masks=struct.pack("<III",0xf800,0x7e0,0x1f)))
add("32-bit BMP without transparency",bmp(W,H,32,0,b"".join(bytes((p[2],p[1],p[0],0)) for r in R[::-1] for p in r)))
P=[[pal16.getpixel((x,y)) for x in range(W)] for y in range(H)]
palb=lambda n,k: b"".join(bytes((pal16.getpalette()[i*3+2],pal16.getpalette()[i*3+1],pal16.getpalette()[i*3]))+b"\0"*(k-3) for i in range(n))
n16=len(pal16.getpalette())//3
def nib(r): 
    r=r+[0]*(len(r)%2); return bytes(r[i]<<4|r[i+1] for i in range(0,len(r),2))
add("4-bit BMP",bmp(W,H,4,0,b"".join(pad(nib(r)) for r in P[::-1]),pal=palb(n16,4),colors=n16))
pal256=palb(n16,3)+b"\0"*(3*(256-n16))
add("OS/2 BMP",bmp(W,H,8,0,b"".join(pad(bytes(r)) for r in P[::-1]),pal=pal256,hdr=12))
def rle8(r):
    out=b"";i=0
    while i<len(r):
        j=i
        while j<len(r) and r[j]==r[i] and j-i<255: j+=1
        if j-i>=2 or len(r)-i<3: out+=bytes((j-i,r[i])); i=j
        else:
            k=min(len(r),i+5); n=k-i
            out+=bytes((0,n))+bytes(r[i:k])+(b"\0" if n%2 else b""); i=k
    return out+b"\0\0"
add("run-length coded BMP of 8 bits",bmp(W,H,8,1,b"".join(rle8(r) for r in P[::-1])+b"\0\1",pal=palb(n16,4),colors=n16))
def rle4(r):
    out=b"";i=0
    while i<len(r):
        k=min(len(r),i+7); seg=r[i:k]; n=len(seg)
        if n<3:
            for v in seg: out+=bytes((1,v<<4))
        else:
            d=nib(seg); out+=bytes((0,n))+d+(b"\0" if len(d)%2 else b"")
        i=k
    return out+b"\0\0"
add("run-length coded BMP of 4 bits",bmp(W,H,4,2,b"".join(rle4(r) for r in P[::-1])+b"\0\1",pal=palb(n16,4),colors=n16))
# TIFF
for name,im in (("gray",gray),("RGB",rgb),("palette",pal),("RGBA",rgba),("16-bit",i16),("bilevel",bit)):
    for comp in ("raw","tiff_lzw","tiff_adobe_deflate","packbits"):
        if name in("RGBA","bilevel","palette") and comp in("packbits",): continue
        add(f"{name} TIFF, {comp}",save(im,"TIFF",compression=comp))
add("big-endian 16-bit TIFF",save(i16b,"TIFF"))
add("floating-point TIFF",save(f32,"TIFF"))
add("gray and alpha TIFF",save(rgba.convert("LA"),"TIFF"))
for name,im in (("gray",gray),("RGB",rgb),("16-bit",i16)):
    for comp in("tiff_lzw","tiff_adobe_deflate"):
        add(f"{name} TIFF of differences, {comp}",save(im,"TIFF",compression=comp,tiffinfo={317:2}))
add("gray JPEG TIFF",save(gray,"TIFF",compression="jpeg")); add("RGB JPEG TIFF",save(rgb,"TIFF",compression="jpeg"))
multi=save(gray,"TIFF",save_all=True,append_images=[rgb,bit.convert("L")],compression="tiff_lzw")
for f in (0,1,2): add(f"page {f+1} of a TIFF",multi,f)
def tiff(tags,body,endian="<"):
    n=len(tags); off=8+2+n*12+4; ext=b""; ents=b""; 
    for t,(ty,vals) in sorted(tags.items()):
        f={1:"B",3:"H",4:"I",7:"B"}[ty]; data=struct.pack(endian+str(len(vals))+f,*vals)
        if len(data)<=4: v=data.ljust(4,b"\0")
        else: v=struct.pack(endian+"I",off+len(ext)); ext+=data+b"\0"*(len(data)%2)
        ents+=struct.pack(endian+"HHI",t,ty,len(vals))+v
    return off,ents,ext,n
def mk(tags,blocks,endian="<",offtag=273,cnttag=279):
    tags=dict(tags); tags[offtag]=(4,[0]*len(blocks)); tags[cnttag]=(4,[len(b) for b in blocks])
    off,e,x,n=tiff(tags,None,endian); start=off+len(x); offs=[];c=start
    for b in blocks: offs.append(c); c+=len(b)
    tags[offtag]=(4,offs); off,e,x,n=tiff(tags,None,endian)
    return (b"II*\0" if endian=="<" else b"MM\0*")+struct.pack(endian+"I",8)+struct.pack(endian+"H",n)+e+struct.pack(endian+"I",0)+x+b"".join(blocks)
G=bytes(gray.get_flattened_data())
base={256:(3,[W]),257:(3,[H]),258:(3,[8]),259:(3,[1]),262:(3,[1]),277:(3,[1]),278:(3,[H])}
add("white-is-zero TIFF",mk({**base,262:(3,[0])},[G]))
add("big-endian TIFF in strips of 4 rows",mk({**base,278:(3,[4])},[G[i:i+4*W] for i in range(0,len(G),4*W)],">"))
planes=[bytes(c.get_flattened_data()) for c in rgb.split()]
add("planar RGB TIFF",mk({**base,258:(3,[8,8,8]),262:(3,[2]),277:(3,[3]),284:(3,[2]),278:(3,[5])},[p[i:i+5*W] for p in planes for i in range(0,len(p),5*W)]))
nibs=b"".join(nib([v>>4 for v in G[y*W:(y+1)*W]]) for y in range(H))
add("4-bit gray TIFF",mk({**base,258:(3,[4])},[nibs]))
add("turned TIFF",mk({**base,274:(3,[8])},[G]))
T=[]
for y0 in range(0,H,16):
    for x0 in range(0,W,16):
        T.append(b"".join(bytes(rgb.getpixel((x,y))[c] if x<W and y<H else 0 for x in range(x0,x0+16) for c in range(3)) for y in range(y0,y0+16)))
tb={k:v for k,v in base.items() if k!=278}
add("tiled RGB TIFF",mk({**tb,258:(3,[8,8,8]),262:(3,[2]),277:(3,[3]),322:(3,[16]),323:(3,[16])},T,"<",324,325))
r16=[v*257-(v%7) for p in rgb.get_flattened_data() for v in p]
out={"pillow":PIL.__version__,"cases":cases}
# 16-bit RGB and 12-bit gray: Pillow does not keep them; expected by formula in the test
out["rgb16"]=base64.b64encode(mk({**base,258:(3,[16,16,16]),262:(3,[2]),277:(3,[3])},[struct.pack("<%dH"%len(r16),*r16)])).decode()
out["rgb16Samples"]=r16
g12=[v*16+(v%16) for v in G]
def pack12(r):
    b=0;n=0
    for v in r: b=b<<12|v; n+=12
    k=-n%8; return (b<<k).to_bytes((n+k)//8,"big")
out["gray12"]=base64.b64encode(mk({**base,258:(3,[12])},[b"".join(pack12(g12[y*W:(y+1)*W]) for y in range(H))])).decode()
out["gray12Values"]=g12
s16=[v*200-20000 for v in G]
out["signed16"]=base64.b64encode(mk({**base,258:(3,[16]),339:(3,[2])},[struct.pack("<%dh"%len(s16),*s16)])).decode()
out["signed16Values"]=s16
out["cmyk"]=base64.b64encode(save(rgb.convert("CMYK"),"TIFF")).decode()
out["fax"]=base64.b64encode(save(bit,"TIFF",compression="group4")).decode()
out["animatedWebp"]=base64.b64encode(save(rgb,"WEBP",save_all=True,append_images=[rgb.rotate(90)],duration=100)).decode()
pathlib.Path(__file__).with_name("pillow-pictures.json").write_text(json.dumps(out,separators=(",",":"))+"\n")
