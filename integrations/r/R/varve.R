# The functions of the package: arguments are checked here, the work is done by libvarve (src/door.c).

# The value of a call, or the failure as a condition of the classes varve_CODE, varve_error, error.
answer <- function(value, call = sys.call(-1)) {
  if (!inherits(value, "varve_failure")) return(value)
  hint <- if (nzchar(value$hint)) value$hint else hint_words(value$hint_name, value$hint_args)
  stop(structure(
    class = c(paste0("varve_", gsub("-", "_", value$code)), "varve_error", "error", "condition"),
    list(message = value$message, code = value$code, hint = hint, call = call)))
}

conditionMessage.varve_error <- function(c) if (nzchar(c$hint)) paste0(c$message, "\nhint: ", c$hint) else c$message

usage <- function(...) {
  stop(structure(class = c("varve_usage", "varve_error", "error", "condition"),
                 list(message = paste0(...), code = "usage", hint = "", call = sys.call(-2))))
}

hint_words <- function(name, args) {
  words <- hints[name]
  if (is.na(words)) return("")
  at <- gregexpr("[$%][1-3]", words)
  regmatches(words, at) <- list(vapply(regmatches(words, at)[[1]], function(mark) {
    arg <- args[as.integer(substr(mark, 2, 2))]
    if (startsWith(mark, "%") || grepl("^[A-Za-z0-9_./:@=+-]+$", arg)) arg else shQuote(arg)
  }, ""))
  unname(words)
}

texts <- function(x, name, many = FALSE, null = TRUE) {
  if (is.null(x) && null) return(NULL)
  if (is.factor(x)) x <- as.character(x)
  if (!is.character(x) || anyNA(x) || (!many && length(x) != 1L)) usage("'", name, "' must be ", if (many) "a character vector" else "one text", " without NA")
  enc2utf8(x)
}

flag <- function(x, name) {
  if (!is.logical(x) || length(x) != 1L || is.na(x)) usage("'", name, "' must be TRUE or FALSE")
  as.integer(x)
}

choice <- function(x, all, name) {
  if (length(x) > 1L) x <- x[1L]
  at <- match(x, all)
  if (is.na(at)) usage("'", name, "' must be one of ", paste0("\"", all, "\"", collapse = ", "))
  at - 1L
}

folder <- function(repo) {
  repo <- texts(repo, "repo", null = FALSE)
  if (grepl("://", repo, fixed = TRUE)) repo else path.expand(repo)
}

# Columns whose schema lists all values are factors with these levels, in this order.
finish <- function(frame, schema) {
  for (f in jsonlite::fromJSON(schema, simplifyVector = FALSE)$fields) {
    levels <- f$constraints$enum
    v <- frame[[f$name]]
    if (length(levels) == 0L || !is.character(v)) next
    levels <- vapply(levels, as.character, "")
    if (all(is.na(v) | v %in% levels)) frame[[f$name]] <- factor(v, levels = levels)
  }
  wide <- vapply(frame, inherits, NA, "integer64")
  if (any(wide) && !requireNamespace("bit64", quietly = TRUE)) {
    warning("install the package bit64 to see the integers of ", paste(names(frame)[wide], collapse = ", "), call. = FALSE)
  }
  frame
}

varve_read <- function(path, repo = ".", rev = NULL, columns = NULL, where = NULL, misfit = c("error", "na"), text = FALSE) {
  got <- answer(.Call(varve_r_read, list(folder(repo), texts(path, "path", null = FALSE), texts(rev, "rev"), texts(columns, "columns", TRUE),
                                         texts(where, "where"), choice(misfit, c("error", "na"), "misfit"), flag(text, "text"))))
  if (got$misfits > 0) warning(got$misfits, " cells do not have the type of their column, and are NA", call. = FALSE)
  if (text) got$frame else finish(got$frame, got$schema)
}

varve_write <- function(data, path, repo = ".", message = NULL, mode = c("most", "replace", "upsert", "append", "delete"),
                        columns = c("all", "keep", "drop"), key = NULL, expect = NULL) {
  if (!is.data.frame(data)) usage("'data' must be a data frame")
  if (anyNA(names(data)) || anyDuplicated(names(data)) || any(!nzchar(names(data)))) usage("the columns of 'data' need names that differ")
  plain <- lapply(as.list(data), function(v) {
    if (is.factor(v)) v <- as.character(v)
    if (inherits(v, "POSIXlt")) v <- as.POSIXct(v)
    if (inherits(v, "AsIs")) class(v) <- setdiff(class(v), "AsIs")
    if (is.character(v)) enc2utf8(v) else v
  })
  names(plain) <- enc2utf8(names(data))
  got <- answer(.Call(varve_r_write, list(folder(repo), texts(path, "path", null = FALSE), plain, texts(message, "message"),
                                          choice(mode, c("most", "replace", "upsert", "append", "delete"), "mode"),
                                          choice(columns, c("all", "keep", "drop"), "columns"), texts(key, "key", TRUE), texts(expect, "expect"))))
  if (nzchar(got$warnings)) warning(sub("\n$", "", got$warnings), call. = FALSE)
  invisible(got[c("commit", "added", "removed", "changed", "cells")])
}

varve_diff <- function(path, from = "HEAD", to = NULL, repo = ".", what = c("cells", "rows"), where = NULL) {
  answer(.Call(varve_r_diff, list(folder(repo), texts(path, "path", null = FALSE), texts(from, "from"), texts(to, "to"),
                                  1L - choice(what, c("cells", "rows"), "what"), texts(where, "where"))))
}

varve_log <- function(path = NULL, repo = ".", range = NULL, limit = 0) {
  if (!is.numeric(limit) || length(limit) != 1L || is.na(limit) || limit < 0) usage("'limit' must be a number, 0 for all commits")
  got <- answer(.Call(varve_r_log, list(folder(repo), texts(path, "path"), texts(range, "range"), limit)))
  got$time <- as.POSIXct(got$time, origin = "1970-01-01", tz = "UTC")
  as.data.frame(got, stringsAsFactors = FALSE)
}

varve_blame <- function(path, repo = ".", rev = "HEAD", cells = FALSE) {
  got <- answer(.Call(varve_r_blame, list(folder(repo), texts(path, "path", null = FALSE), texts(rev, "rev"), flag(cells, "cells"))))
  got <- as.data.frame(got, stringsAsFactors = FALSE, optional = TRUE)
  if (cells) return(got)
  commits <- do.call(rbind, lapply(unique(stats::na.omit(got$commit)), function(id) varve_log(repo = repo, range = id, limit = 1)))
  if (is.null(commits)) return(got)
  at <- match(got$commit, commits$commit)
  got[c("author", "time", "subject")] <- commits[at, c("author", "time", "subject")]
  got
}

varve_check <- function(path = NULL, repo = ".", rev = NULL, base = NULL) {
  got <- answer(.Call(varve_r_check, list(folder(repo), texts(path, "path", TRUE), texts(rev, "rev"), texts(base, "base"))))
  counts <- got$counts
  found <- as.data.frame(got[names(got) != "counts"], stringsAsFactors = FALSE)
  found$severity <- ifelse(found$error, "error", "warning")
  found <- found[c("path", "rule", "severity", "known", "line", "row", "column", "value", "message")]
  structure(found, class = c("varve_check", "data.frame"), valid = counts[1] == 1,
            counts = c(errors = counts[2], warnings = counts[3], known = counts[4], tables = counts[5]))
}

print.varve_check <- function(x, ...) {
  n <- attr(x, "counts")
  cat(if (isTRUE(attr(x, "valid"))) "valid" else "invalid", ": ", n[["errors"]], " errors, ", n[["warnings"]], " warnings in ", n[["tables"]], " tables\n", sep = "")
  if (nrow(x) > 0) print.data.frame(utils::head(x, 20L), ...)
  if (nrow(x) > 20L) cat("and ", nrow(x) - 20L, " more rows\n", sep = "")
  invisible(x)
}
