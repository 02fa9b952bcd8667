/*
 * package_dialect: what a resource says about its bytes, as hints for the sniffer.
 * Sources: Table Dialect (v2), CSV Dialect 1.2 (v1), Data Resource. What cannot be
 * honoured is refused by name; what does not concern the form is passed over, as
 * Table Dialect wants it.
 */
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/text.h"
#include "dataset/schema/descriptor.h"
#include "dataset/schema/package.h"
#include "dataset/schema/package_internal.h"

typedef struct form_name {
	const char *name;
	vv_form form;
	int delimiter;
} form_name;

static const form_name formats[] = {{"csv", VV_FORM_CSV, -1},      {"tsv", VV_FORM_CSV, '\t'},
				    {"tab", VV_FORM_CSV, '\t'},    {"ndjson", VV_FORM_NDJSON, -1},
				    {"jsonl", VV_FORM_NDJSON, -1}, {"json", VV_FORM_JSON, -1}};
static const form_name mediatypes[] = {{"text/csv", VV_FORM_CSV, -1},
				       {"text/tab-separated-values", VV_FORM_CSV, '\t'},
				       {"application/x-ndjson", VV_FORM_NDJSON, -1},
				       {"application/ndjson", VV_FORM_NDJSON, -1},
				       {"application/jsonl", VV_FORM_NDJSON, -1},
				       {"application/x-jsonlines", VV_FORM_NDJSON, -1},
				       {"application/json", VV_FORM_JSON, -1}};

static const form_name *find_form(const form_name *names, size_t count, const char *name,
				  size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i].name) == len && strncasecmp(names[i].name, name, len) == 0) {
			return &names[i];
		}
	}
	return NULL;
}

static vv_status refuse(const vv_json *node, const char *file, vv_error *err, const char *hint)
{
	vv_descriptor_fail(node, file, err, "'%s' cannot be honoured",
			   vv_text_show(node->name, node->name_len));
	return vv_hint(err, "%s", hint);
}

/* UTF-8 and what is a part of it. */
static vv_status read_encoding(const vv_json *resource, const char *file, vv_error *err)
{
	static const char *const known[] = {"utf-8",    "utf8",     "utf_8", "utf-8-sig",
					    "utf8-sig", "us-ascii", "ascii"};
	const char *encoding;
	vv_status rc = vv_descriptor_text(&encoding, resource, "encoding", file, err);

	if (rc < 0 || !encoding) {
		return rc;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(known[i], encoding) == 0) {
			return VV_OK;
		}
	}
	vv_descriptor_fail(vv_json_get(resource, "encoding"), file, err,
			   "the encoding '%s' cannot be honoured", vv_text_shows(encoding));
	return vv_hint(err, "'varve convert' writes the file in UTF-8");
}

vv_status vv_package_read_form(vv_package_resource *out, const vv_json *resource, const char *file,
			       vv_error *err)
{
	const vv_json *compression = vv_json_get(resource, "compression"),
		      *more = vv_json_get(resource, "extrapaths");
	const char *format, *mediatype;
	const form_name *found = NULL;
	vv_status rc;

	if ((rc = read_encoding(resource, file, err)) < 0 ||
	    (rc = vv_descriptor_text(&format, resource, "format", file, err)) < 0 ||
	    (rc = vv_descriptor_text(&mediatype, resource, "mediatype", file, err)) < 0) {
		return rc;
	}
	if (compression &&
	    !(compression->type == VV_JSON_NULL ||
	      (compression->type == VV_JSON_STRING &&
	       (compression->text_len == 0 || strcmp(compression->text, "no") == 0)))) {
		return refuse(
			compression, file, err,
			"keep the file uncompressed: versions of compressed files share nothing");
	}
	if (more && more->count > 0) {
		return refuse(more, file, err,
			      "give each file a resource of its own, or join them");
	}
	if (format) {
		found = find_form(formats, sizeof(formats) / sizeof(formats[0]), format,
				  strlen(format));
	}
	if (!found && mediatype) {
		found = find_form(mediatypes, sizeof(mediatypes) / sizeof(mediatypes[0]), mediatype,
				  strcspn(mediatype, "; "));
	}
	if (found) {
		out->hints.has_form = true;
		out->hints.form = found->form;
		out->hints.delimiter = found->delimiter;
	}
	out->hints.header = 1;
	return VV_OK;
}

/* A member that is a string of one ASCII character; *out is untouched when it is not
 * there, 0 when it is null or empty. */
static vv_status read_byte(int *out, const vv_json *dialect, const char *member, const char *file,
			   vv_error *err)
{
	const vv_json *node = vv_json_get(dialect, member);
	const char *text;
	vv_status rc;

	if (!node) {
		return VV_OK;
	}
	if (node->type == VV_JSON_NULL) {
		*out = 0;
		return VV_OK;
	}
	if ((rc = vv_descriptor_text(&text, dialect, member, file, err)) < 0) {
		return rc;
	}
	if (strlen(text) > 1 || (unsigned char)text[0] >= 0x80 || text[0] == '\n' ||
	    text[0] == '\r') {
		return vv_descriptor_fail(
			node, file, err,
			"'%s' cannot be honoured: only a single ASCII character can",
			vv_text_shows(text));
	}
	*out = (unsigned char)text[0];
	return VV_OK;
}

static vv_status read_delimited(vv_sniff_hints *h, const vv_json *dialect, const char *file,
				vv_error *err)
{
	bool twice = true;
	int escape = 0;
	vv_status rc;

	if ((rc = read_byte(&h->delimiter, dialect, "delimiter", file, err)) < 0 ||
	    (rc = read_byte(&h->quote, dialect, "quoteChar", file, err)) < 0 ||
	    (rc = read_byte(&escape, dialect, "escapeChar", file, err)) < 0 ||
	    (rc = vv_descriptor_bool(&twice, dialect, "doubleQuote", file, err)) < 0) {
		return rc;
	}
	if (h->delimiter == 0) {
		return vv_descriptor_fail(vv_json_get(dialect, "delimiter"), file, err, "is empty");
	}
	if (h->delimiter > 0 && (h->delimiter == h->quote || h->delimiter == escape)) {
		return vv_descriptor_fail(vv_json_get(dialect, "delimiter"), file, err,
					  "is the quote or escape character as well");
	}
	if (escape > 0 && vv_json_get(dialect, "doubleQuote") && twice) {
		return refuse(
			vv_json_get(dialect, "escapeChar"), file, err,
			"a quote is either doubled or escaped: say doubleQuote false, or leave escapeChar out");
	}
	if (escape == 0 && !twice && h->quote != 0) {
		return refuse(vv_json_get(dialect, "doubleQuote"), file, err,
			      "without doubling a quote needs an escapeChar");
	}
	if (escape > 0 || vv_json_get(dialect, "escapeChar") ||
	    vv_json_get(dialect, "doubleQuote")) {
		h->escape = escape;
	}
	return VV_OK;
}

/* Row ends are found and kept as they are; the member only informs. */
static vv_status read_terminator(const vv_json *dialect, const char *file, vv_error *err)
{
	const char *text;
	vv_status rc = vv_descriptor_text(&text, dialect, "lineTerminator", file, err);

	if (rc < 0 || !text || strcmp(text, "\n") == 0 || strcmp(text, "\r\n") == 0 ||
	    strcmp(text, "\r") == 0) {
		return rc;
	}
	return vv_descriptor_fail(vv_json_get(dialect, "lineTerminator"), file, err,
				  "'%s' cannot be honoured: rows end in LF, CRLF or CR",
				  vv_text_shows(text));
}

static vv_status read_header(vv_sniff_hints *h, const vv_json *dialect, const char *file,
			     vv_error *err)
{
	const vv_json *rows = vv_json_get(dialect, "headerRows");
	bool header = true;
	vv_status rc = vv_descriptor_bool(&header, dialect, "header", file, err);

	if (rc < 0) {
		return rc;
	}
	h->header = header ? 1 : 0;
	if (!rows || !header) {
		return VV_OK;
	}
	if (rows->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(rows, file, err, "must be an array, is %s",
					  vv_descriptor_kind(rows));
	}
	if (rows->count != 1 || rows->first->type != VV_JSON_NUMBER ||
	    strcmp(rows->first->text, "1") != 0) {
		return refuse(rows, file, err, "only [1] can: one header line, the first");
	}
	return VV_OK;
}

/* Members that ask for another reading of the bytes than varve's. */
static vv_status refuse_members(const vv_json *dialect, bool json, const char *file, vv_error *err)
{
	static const struct {
		const char *name;
		bool json;
		const char *hint;
	} members[] = {
		{"commentChar", false, "take the comments out of the file"},
		{"commentRows", false, "take the comments out of the file"},
		{"nullSequence", false, "name the sequence among the schema's missingValues"},
		{"property", true, "only an array of objects at the top can"},
		{"itemKeys", true, "the columns are the objects' members"},
	};
	const vv_json *node;
	bool skip = false;
	vv_status rc;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		node = members[i].json == json ? vv_json_get(dialect, members[i].name) : NULL;
		if (node && node->type != VV_JSON_NULL &&
		    !(node->type == VV_JSON_ARRAY && node->count == 0)) {
			return refuse(node, file, err, members[i].hint);
		}
	}
	if (json) {
		node = vv_json_get(dialect, "itemType");
		if (node && node->type != VV_JSON_NULL &&
		    (node->type != VV_JSON_STRING || strcmp(node->text, "object") != 0)) {
			return refuse(node, file, err, "only arrays of objects can");
		}
		return VV_OK;
	}
	if ((rc = vv_descriptor_bool(&skip, dialect, "skipInitialSpace", file, err)) < 0) {
		return rc;
	}
	return skip ? refuse(vv_json_get(dialect, "skipInitialSpace"), file, err,
			     "spaces are data here; 'varve convert' can take them out")
		    : VV_OK;
}

vv_status vv_package_read_dialect(vv_package_resource *out, const vv_json *dialect,
				  const char *path, const char *file, vv_error *err)
{
	const char *ext = vv_path_ext(path);
	const form_name *named = find_form(formats, sizeof(formats) / sizeof(formats[0]), ext,
					   strlen(ext));
	bool json = (out->hints.has_form ? out->hints.form
		     : named             ? named->form
					 : VV_FORM_CSV) != VV_FORM_CSV;
	vv_status rc;

	if (dialect->type != VV_JSON_OBJECT) {
		return vv_descriptor_fail(dialect, file, err, "must be an object, is %s",
					  vv_descriptor_kind(dialect));
	}
	if ((rc = refuse_members(dialect, json, file, err)) < 0 || json) {
		return rc;
	}
	if ((rc = read_header(&out->hints, dialect, file, err)) < 0 ||
	    (rc = read_terminator(dialect, file, err)) < 0) {
		return rc;
	}
	return read_delimited(&out->hints, dialect, file, err);
}
