/*
 * unseen: the first bytes of each kind.
 */
#include "dataset/read/unseen.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "dataset/format/dialect.h"
#include "dataset/read/file_text.h"
#include "dataset/read/sniff.h"
#include "repo/blocks/decompress.h"

/* Its first bytes are shared with other kinds: the name decides. */
static bool may_be_workbook(const vv_unseen *u)
{
	return u->kind && strcmp(u->kind, "workbook") == 0;
}

vv_hint_id vv_unseen_hint(const vv_unseen *u, const char *name)
{
	if (may_be_workbook(u) && !vv_sniff_is_workbook(name)) return VV_HINT_NONE;
	/* the file inside a compressed one needs its own name */
	return u->hint == VV_HINT_ADD_AS_CSV && vv_decompress_name(name) == 0 ? VV_HINT_UNSEEN_OPEN
									      : u->hint;
}

const char *vv_unseen_kind(const vv_unseen *u, const char *name)
{
	return may_be_workbook(u) && !vv_sniff_is_workbook(name) ? NULL : u->kind;
}

bool vv_unseen_has_rows(const vv_unseen *u, const char *name)
{
	vv_auto(char) *inside = vv_decompress_inside(name);
	const char *ext = inside ? vv_path_ext(inside) : "";

	if (vv_ending_find(ext, strlen(ext)) || vv_ascii_equal(ext, "txt") ||
	    vv_ascii_equal(ext, "dat")) {
		return true;
	}
	/* Programs' packages and documents are ZIP archives, too. */
	return may_be_workbook(u)
		       ? vv_sniff_is_workbook(name) || vv_ascii_equal(vv_path_ext(name), "zip")
		       : u->hint != VV_HINT_ADD_AS_CSV;
}

/* Releases 104 to 115 of Stata's format: the release, the order of bytes, 1, and a byte that is not used. */
static bool is_old_stata(const char *head, size_t len)
{
	return len >= 4 && head[0] >= 104 && head[0] <= 115 && (head[1] == 1 || head[1] == 2) &&
	       head[2] == 1 && head[3] == 0;
}

/* Its first 40 bytes differ by the code of its characters. */
static bool is_portable_spss(const char *head, size_t len)
{
	static const char magic[] = "ASCII SPSS PORT FILE";

	return len >= 40 + sizeof(magic) && memcmp(head + 40, magic, sizeof(magic) - 1) == 0;
}

const vv_unseen *vv_unseen_find(const char *head, size_t len)
{
	static const char shared[] = ": each version is stored in full";
	static const vv_unseen known[] = {
		{"\x1f\x8b", 2, "compressed", shared, VV_HINT_ADD_AS_CSV, NULL},
		{"\x28\xb5\x2f\xfd", 4, "compressed", shared, VV_HINT_ADD_AS_CSV, NULL},
		{"\xfd"
		 "7zXZ",
		 6, "compressed", shared, VV_HINT_ADD_AS_CSV, NULL},
		{"BZh", 3, "compressed", shared, VV_HINT_ADD_AS_CSV, NULL},
		{"PK\3\4", 4, "a ZIP archive or a workbook", "", VV_HINT_UNSEEN_DOCUMENT,
		 "workbook"},
		{"\xd0\xcf\x11\xe0", 4, "an old workbook", "", VV_HINT_UNSEEN_DOCUMENT, "workbook"},
		{"PAR1", 4, "a Parquet file", "", VV_HINT_UNSEEN_DOCUMENT, "parquet"},
		{"SQLite format 3", 16, "an SQLite database", "", VV_HINT_UNSEEN_DOCUMENT,
		 "sqlite"},
		/* with bytes that no text has */
		{"ARROW1\0\0", 8, "an Arrow or Feather file", "", VV_HINT_UNSEEN_DOCUMENT, "arrow"},
		{"\xff\xff\xff\xff", 4, "an Arrow stream", "", VV_HINT_UNSEEN_DOCUMENT, "arrow"},
		{"FEA1\0\0\0\0", 8, "a Feather file", "", VV_HINT_UNSEEN_DOCUMENT, "arrow"},
		{"\x89HDF\r\n\x1a\n", 8, "an HDF5 file", "", VV_HINT_NONE, NULL},
		{"$FL2@(#)", 8, "an SPSS file", "", VV_HINT_UNSEEN_DOCUMENT, "statistics"},
		{"$FL3@(#)", 8, "an SPSS file", "", VV_HINT_UNSEEN_DOCUMENT, "statistics"},
		{"<stata_dta><header>", 16, "a Stata file", "", VV_HINT_UNSEEN_DOCUMENT,
		 "statistics"},
	};

	if (vv_decompress_is_skippable(head, len)) return &known[1];
	if (is_portable_spss(head, len)) return &known[sizeof(known) / sizeof(known[0]) - 2];
	if (is_old_stata(head, len)) return &known[sizeof(known) / sizeof(known[0]) - 1];
	return vv_array_find(
		known, sizeof(known) / sizeof(known[0]), it,
		len >= it->len && memcmp(head, it->magic, it->len) == 0 &&
			(head[0] != 'B' || (len >= 10 && memcmp(head + 4, "1AY&SY", 6) == 0)));
}

bool vv_unseen_may_be_text(const char *name)
{
	static const char *const called[] = {"", "txt", "text", "dat", "asc", "tab", "psv", "prn"};
	const char *ext = vv_path_ext(name);

	return vv_path_base(name)[0] != '.' &&
	       vv_array_find(called, sizeof(called) / sizeof(called[0]), it,
			     vv_ascii_equal(ext, *it));
}

const vv_unseen *vv_unseen_text(const char *name, const char *head, size_t len)
{
	static const vv_unseen text = {.magic = "",
				       .what = "a text that can be read as a table",
				       .but = "",
				       .hint = VV_HINT_ADD_AS_TABLE};
	const vv_file_text_options how = {.clean = true};
	vv_auto(vv_file_text) *decoded = NULL;
	vv_mem_source storage;
	vv_source source;
	bool table;

	if (!vv_unseen_may_be_text(name)) return NULL;
	vv_source_mem(&source, &storage, head, len, name);
	if (vv_file_text_open(&decoded, &source, &how, VV_IGNORED) < 0) return NULL;
	if (decoded) {
		const vv_buf *sample = vv_file_text_sample(decoded);

		table = vv_sniff_is_table(vv_buf_cstr(sample), sample->len, len < VV_UNSEEN_TEXT);
	} else {
		table = vv_sniff_is_table(head, len, len < VV_UNSEEN_TEXT);
	}
	return table ? &text : NULL;
}

bool vv_unseen_is_binary(const void *head, size_t len)
{
	return memchr(head, '\0', len < 8000 ? len : 8000) != NULL;
}
