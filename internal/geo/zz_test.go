package geo_test
import ("fmt";"testing";"runtime";"time";"github.com/paulmach/orb";"github.com/sentra-ikm/sentra/internal/geo";"github.com/sentra-ikm/sentra/internal/geo/locate")
func TestZZ(t *testing.T){
 ring:=orb.Ring{}
 n:=99000
 for i:=0;i<n;i++{ lat:=-10.0; if i%2==1 {lat=5}; ring=append(ring,orb.Point{95+46*float64(i)/float64(n),lat})}
 ring=append(ring,orb.Point{141.5,5},orb.Point{141.5,-11},orb.Point{94.9,-11},ring[0])
 m:=orb.MultiPolygon{{ring}}
 
 txt:=[]byte(`{"type":"Polygon","coordinates":[[`)
 for i,p:=range ring { if i>0 {txt=append(txt,',')}; txt=append(txt,[]byte(fmt.Sprintf("[%g,%g]",p[0],p[1]))...)}
 txt=append(txt,[]byte("]]}")...)
 s0:=time.Now()
 if _,err:=geo.ParsePolygon(txt); err!=nil {t.Error(err)}
 t.Log("parse",time.Since(s0))
 var a,b runtime.MemStats
 runtime.ReadMemStats(&a); s:=time.Now()
 geo.NewOverlay(m)
 runtime.ReadMemStats(&b); t.Log("overlay",(b.TotalAlloc-a.TotalAlloc)>>20,"MiB",time.Since(s))
 runtime.ReadMemStats(&a); s=time.Now()
 locate.New([]locate.Face{{Shape:m}})
 runtime.ReadMemStats(&b); t.Log("index",(b.TotalAlloc-a.TotalAlloc)>>20,"MiB",time.Since(s))
}
