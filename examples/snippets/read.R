# R alone, without packages: the regencies of a day as a table, and the affirmative ones on a map of points.
sentra <- "https://sentra.example"
filter <- URLencode('{"level":"REGENCY"}', reserved = TRUE)

# Codes are texts: 94.06 is no number.
regencies <- read.csv(paste0(sentra, "/regions.csv?asOf=2017-12-25&filter=", filter), colClasses = "character", na.strings = "")
table(regencies$affirmative)

place <- data.frame(lon = as.numeric(regencies$lon), lat = as.numeric(regencies$lat))
colours <- c(YES = "#e39b3f", NO = "#dddddd", NOT_COVERED = "#b9b4a5")
plot(place, asp = 1, pch = 19, col = colours[regencies$affirmative], main = "Affirmative regencies, 25 December 2017")
legend("bottomleft", names(colours), col = colours, pch = 19)

# With the package sf, st_read() of /regions.geojson gives the boundaries.
hosts <- subset(regencies, affirmative == "YES" & as.integer(clusterCount) > 0)
print(hosts[c("code", "name", "clusterCount")], row.names = FALSE)
