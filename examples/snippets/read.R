# R with sf and readr: regencies with their boundaries, and clusters as a table.
library(sf)
library(readr)

sentra <- "https://sentra.example"
filter <- URLencode('{"level":"REGENCY"}', reserved = TRUE)
regencies <- st_read(paste0(sentra, "/regions.geojson?asOf=2017-12-25&zoom=6&filter=", filter))
plot(regencies["affirmative"])

# Codes are texts: 94.06 is no number.
clusters <- read_csv(paste0(sentra, "/clusters.csv?asOf=2017-12-25"), col_types = cols(.default = col_character()))
clusters
