# Run by R CMD check, against the program varve of the PATH.
library(varve)

if (Sys.which("varve") == "") {
  message("the program varve is not on the PATH: nothing was tested")
  quit("no")
}
top <- tempfile("varve")
dir.create(file.path(top, "home"), recursive = TRUE)
Sys.setenv(HOME = file.path(top, "home"), GIT_CONFIG_NOSYSTEM = "1", GIT_AUTHOR_NAME = "Ada", GIT_AUTHOR_EMAIL = "ada@example.com", GIT_COMMITTER_NAME = "Ada",
           GIT_COMMITTER_EMAIL = "ada@example.com", GIT_AUTHOR_DATE = "1700000000 +0000", GIT_COMMITTER_DATE = "1700000000 +0000")
repo <- file.path(top, "shop")
run <- function(...) stopifnot(system2("varve", c("-C", shQuote(repo), ...), stdout = FALSE) == 0)
stopifnot(system2("varve", c("init", "-q", shQuote(repo)), stdout = FALSE) == 0)
put <- function(name, ...) writeLines(c(...), file.path(repo, name), useBytes = TRUE)
bytes <- function(name) readBin(file.path(repo, name), "raw", 1e6)
failure <- function(expr) tryCatch({ expr; NULL }, varve_error = identity)

# Types: integers, numbers, texts, booleans, days, times, missing values, a column of listed values.
put("t.csv", "id,n,price,item,ok,day,at,kind", "1,5,9.90,p\u00e4ar,true,2026-01-05,2026-01-05T10:00:00Z,b", "2,,0.125,\"a, b\",false,,,a", "3,7,,,,2026-02-01,2026-01-05T10:00:00.5Z,")
writeLines('{"resources":[{"name":"t","path":"t.csv","schema":{"primaryKey":["id"],"fields":[{"name":"id","type":"integer"},{"name":"n","type":"integer"},{"name":"price","type":"number"},{"name":"item","type":"string"},{"name":"ok","type":"boolean"},{"name":"day","type":"date"},{"name":"at","type":"datetime"},{"name":"kind","type":"string","constraints":{"enum":["a","b","c"]}}]}}]}', file.path(repo, "datapackage.json"))
run("add", "-q", "t.csv", "datapackage.json")
run("commit", "-q", "-m", "January")
t <- varve_read("t.csv", repo)
stopifnot(identical(t$id, 1:3), identical(t$n, c(5L, NA, 7L)), identical(t$price, c(9.9, 0.125, NA)), identical(t$item, c("p\u00e4ar", "a, b", NA)),
          identical(t$ok, c(TRUE, FALSE, NA)), identical(t$day, as.Date(c("2026-01-05", NA, "2026-02-01"))), inherits(t$at, "POSIXct"),
          identical(format(t$at[1], tz = "UTC"), "2026-01-05 10:00:00"), identical(t$kind, factor(c("b", "a", NA), levels = c("a", "b", "c"))))
stopifnot(identical(varve_read("t.csv", repo, columns = c("item", "id"), where = "price > 1"), data.frame(item = "p\u00e4ar", id = 1L)))
stopifnot(identical(varve_read("t.csv", repo, text = TRUE)$price, c("9.90", "0.125", NA)))

# A frame that is written back unchanged changes nothing; one cell changes one cell, and the others keep their spelling.
before <- bytes("t.csv")
same <- varve_write(t, "t.csv", repo, message = "Nothing")
stopifnot(is.na(same$commit), identical(bytes("t.csv"), before))
t$price[2] <- 0.5
done <- varve_write(t, "t.csv", repo, message = "February")
stopifnot(done$changed == 1, done$cells == 1, nchar(done$commit) == 40L)
line <- readLines(file.path(repo, "t.csv"), encoding = "UTF-8")
stopifnot(identical(line[c(2, 4)], strsplit(enc2utf8(rawToChar(before)), "\n")[[1]][c(2, 4)]), grepl("^2,,0\\.50*,\"a, b\",false,,,a$", line[3]))
varve_write(data.frame(id = 4L, item = "fig"), "t.csv", repo, message = "March", mode = "upsert", columns = "keep")

# A new table, with all types of R that a table can have; integers of 17 digits.
if (requireNamespace("bit64", quietly = TRUE)) {
  wide <- bit64::as.integer64(c("12345678901234567", NA))
  new <- data.frame(k = c("x", "y"), f = factor(c("u", NA)), l = c(NA, TRUE), d = as.Date(c("1969-12-31", NA)), w = wide, num = c(NaN, 1.5))
  varve_write(new, "new.csv", repo, message = "New", key = "k")
  back <- varve_read("new.csv", repo)
  stopifnot(identical(as.character(back$w), c("12345678901234567", NA)), identical(back$d, new$d), identical(back$f, c("u", NA)), identical(back$l, c(NA, TRUE)))
}

# Differences, history, authors.
first <- varve_log("t.csv", repo)$commit[3]
cells <- varve_diff("t.csv", first, repo = repo)
stopifnot(identical(cells$id, 2L), identical(cells$column, "price"), identical(cells$before, "0.125"), identical(as.numeric(cells$after), 0.5))
rows <- varve_diff("t.csv", first, "HEAD", repo, what = "rows")
stopifnot(identical(rows[["_change_type"]], c("update_preimage", "update_postimage", "insert")))
log <- varve_log("t.csv", repo)
stopifnot(identical(log$subject, c("March", "February", "January")), inherits(log$time, "POSIXct"), nrow(varve_log(repo = repo, limit = 1)) == 1L)
blame <- varve_blame("t.csv", repo)
stopifnot(identical(blame$subject, c("January", "February", "January", "March")), identical(blame$author[1], "Ada"))
stopifnot(identical(varve_blame("t.csv", repo, cells = TRUE)$price[2], done$commit))

# Findings.
stopifnot(isTRUE(attr(varve_check(repo = repo), "valid")))
cat("5,many,1,x,true,,,z\n", file = file.path(repo, "t.csv"), append = TRUE)
found <- varve_check("t.csv", repo)
stopifnot(!attr(found, "valid"), "type-error" %in% found$rule, found$line[found$rule == "type-error"] == 6, found$value[found$rule == "type-error"] == "many")
print(found)

# Failures are conditions with a class, and a hint where there is one.
e <- failure(varve_read("nosuch.csv", repo))
stopifnot(inherits(e, "varve_not_found"), grepl("nosuch.csv", conditionMessage(e), fixed = TRUE))
e <- failure(varve_read("t.csv", repo))
stopifnot(inherits(e, "varve_error"), grepl("many", conditionMessage(e), fixed = TRUE))
stopifnot(is.na(suppressWarnings(varve_read("t.csv", repo, misfit = "na"))$n[5]))
stopifnot(inherits(failure(varve_write(t, "t.csv", repo, message = "x")), "varve_refused"))
stopifnot(inherits(failure(varve_write(data.frame(a = I(list(1))), "l.csv", repo, message = "x")), "varve_usage"))
stopifnot(inherits(failure(varve_read("t.csv", repo, where = "price >")), "varve_usage"))
stopifnot(inherits(failure(varve_read(NA, repo)), "varve_usage"))
stopifnot(inherits(failure(varve_write(data.frame(b = 1:2, m = I(matrix(1:4, 2))), "m.csv", repo, message = "x")), "varve_usage"))
stopifnot(inherits(failure(varve_write(structure(list(m = matrix(1:4, 2), b = 1:2), class = "data.frame", row.names = 1:2), "m.csv", repo, message = "x")), "varve_usage"))
stopifnot(varve:::hint_words("nearest-kept", c("1a2b3c4:t.csv", "2026-11-22")) == "the nearest stored version is '1a2b3c4:t.csv' of 2026-11-22")
stopifnot(varve:::hint_words("add", "a b.csv") == "'varve add 'a b.csv'' reads and stages it")
for (i in 1:300) failure(varve_read("nosuch.csv", repo)) # nothing stays open
run("restore", "t.csv")

# A random frame comes back as it was.
set.seed(as.integer(Sys.getenv("VARVE_TEST_SAMPLE", "1")))
for (i in 1:5) {
  n <- sample(0:40, 1)
  word <- function() paste(sample(c(letters, "\"", ",", "\n", "\u00e9", " ", "\U1F600"), sample(1:6, 1), TRUE), collapse = "")
  f <- data.frame(id = seq_len(n), s = vapply(seq_len(n), function(j) word(), ""), x = round(stats::rnorm(n), 3), b = sample(c(TRUE, FALSE, NA), n, TRUE),
                  day = as.Date("2026-01-01") + sample(-40000:40000, n, TRUE), stringsAsFactors = FALSE)
  name <- paste0("random", i, ".csv")
  if (n == 0) next
  varve_write(f, name, repo, message = name, key = "id")
  g <- varve_read(name, repo, rev = "HEAD")
  stopifnot(identical(g$s, f$s), isTRUE(all.equal(g$x, f$x)), identical(g$day, f$day), identical(as.logical(g$b), f$b))
}
unlink(top, recursive = TRUE)
