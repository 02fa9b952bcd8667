/*
 * format_ending: see format_ending.h.
 */
#include "lib/view/format_ending.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/path.h"

/* Names whose programs refuse any other content. */
static const char *const documents[] = {
	"xlsx", "xlsm", "xlsb",    "xltx",    "xltm", "xlam", "xls", "ods",    "docx", "pdf",
	"html", "htm",  "parquet", "feather", "db",   "gpkg", "dta", "sqlite", "sav",  "por"};

/* Endings that are not the name of their format. */
static const char *const formats[][2] = {{"jsonl", "ndjson"},
					 {"md", "markdown"},
					 {"htm", "html"},
					 {"xml", "junit"},
					 {"txt", "text"}};

/* Endings that are the names of their formats. */
static const char *const same[] = {"csv",      "tsv", "json",  "ndjson", "arrow",
				   "markdown", "sql", "patch", "sarif"};

const char *vv_format_ending(const char *path)
{
	const char *ext = vv_path_ext(path);

	vv_array_each(formats, sizeof(formats) / sizeof(formats[0]), it) {
		if (vv_ascii_equal(ext, (*it)[0])) return (*it)[1];
	}
	vv_array_each(same, sizeof(same) / sizeof(same[0]), it) {
		if (vv_ascii_equal(ext, *it)) return *it;
	}
	vv_array_each(documents, sizeof(documents) / sizeof(documents[0]), it) {
		if (vv_ascii_equal(ext, *it)) return *it;
	}
	return NULL;
}

bool vv_format_ending_is_document(const char *path)
{
	const char *ext = vv_path_ext(path);

	return vv_array_find(documents, sizeof(documents) / sizeof(documents[0]), it,
			     vv_ascii_equal(ext, *it)) != NULL;
}
