/*
 * package: finds the datapackage.json that describes a path, and reads it.
 */
#include "dataset/schema/package.h"

#include <string.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/encoding.h"
#include "dataset/schema/descriptor.h"
#include "dataset/schema/schema.h"

/*
 * Reads a resource's description of its bytes as hints for the sniffer. Sources: Table Dialect
 * (v2), CSV Dialect 1.2 (v1), Data Resource. Unsupported members are refused by name; members for
 * another form are ignored, as Table Dialect requires.
 */

static const vv_ending *find_mediatype(const char *name)
{
	static const struct {
		const char *name, *ending;
	} known[] = {{"text/csv", "csv"},
		     {"text/tab-separated-values", "tsv"},
		     {"application/x-ndjson", "ndjson"},
		     {"application/ndjson", "ndjson"},
		     {"application/jsonl", "ndjson"},
		     {"application/x-jsonlines", "ndjson"},
		     {"application/json", "json"}};
	const size_t len = strcspn(name, "; ");

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (vv_ascii_is(name, len, known[i].name)) {
			return vv_ending_find(known[i].ending, strlen(known[i].ending));
		}
	}
	return NULL;
}

static vv_status refuse(const vv_json *node, const char *file, vv_error *err, const char *hint)
{
	vv_descriptor_fail(node, file, err, "'%s' is not supported",
			   vv_text_show(node->name, node->name_len));
	return vv_hint(err, "%s", hint);
}

vv_status vv_package_encoding(const char **out, const vv_json *object, const char *file,
			      vv_error *err)
{
	char name[VV_ENCODING_MAX];
	vv_error why = {0};
	vv_status rc = vv_descriptor_text(out, object, "encoding", file, err);

	if (rc < 0 || !*out) return rc;
	if ((rc = vv_encoding_find(name, *out, "", 0, &why)) == VV_OK) return VV_OK;
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	vv_descriptor_fail(vv_json_get(object, "encoding"), file, err,
			   "the encoding '%s' is not supported", vv_text_shows(*out));
	return vv_hint(err, "'iconv -f %s -t UTF-8' writes the file in UTF-8", vv_text_shows(*out));
}

static vv_status read_encoding(vv_package_resource *out, const vv_json *resource, const char *file,
			       vv_error *err)
{
	const char *encoding;
	vv_status rc = vv_package_encoding(&encoding, resource, file, err);

	if (rc < 0 || !encoding) return rc;
	out->hints.encoding = out->encoding = vv_strdup(encoding);
	return out->encoding ? VV_OK : vv_fail_nomem(err);
}

static vv_status read_form(vv_package_resource *out, const vv_json *resource, const char *file,
			   vv_error *err)
{
	const vv_json *compression = vv_json_get(resource, "compression"),
		      *more = vv_json_get(resource, "extrapaths");
	const char *format, *mediatype;
	const vv_ending *found = NULL;
	vv_status rc;

	if ((rc = read_encoding(out, resource, file, err)) < 0 ||
	    (rc = vv_descriptor_text(&format, resource, "format", file, err)) < 0 ||
	    (rc = vv_descriptor_text(&mediatype, resource, "mediatype", file, err)) < 0) {
		return rc;
	}
	if (compression &&
	    !(compression->type == VV_JSON_NULL ||
	      (compression->type == VV_JSON_STRING &&
	       (compression->text_len == 0 || strcmp(compression->text, "no") == 0)))) {
		return refuse(compression, file, err,
			      "unpack the file: versions of compressed files share no data");
	}
	if (more && more->count > 0) {
		return refuse(more, file, err,
			      "describe each file by a resource of its own, or join the files");
	}
	if (format) {
		found = vv_ending_find(format, strlen(format));
	}
	if (!found && mediatype) {
		found = find_mediatype(mediatype);
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

	if (!node) return VV_OK;
	if (node->type == VV_JSON_NULL) {
		*out = 0;
		return VV_OK;
	}
	if ((rc = vv_descriptor_text(&text, dialect, member, file, err)) < 0) return rc;
	if (strlen(text) > 1 || (unsigned char)text[0] >= 0x80 || text[0] == '\n' ||
	    text[0] == '\r') {
		return vv_descriptor_fail(
			node, file, err,
			"'%s' is not supported: it must be a single ASCII character",
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
					  "must differ from the quote and escape characters");
	}
	if (escape > 0 && vv_json_get(dialect, "doubleQuote") && twice) {
		return refuse(
			vv_json_get(dialect, "escapeChar"), file, err,
			"quotes are either doubled or escaped: set doubleQuote to false, or remove "
			"escapeChar");
	}
	if (escape == 0 && !twice && h->quote != 0) {
		return refuse(vv_json_get(dialect, "doubleQuote"), file, err,
			      "doubleQuote is false, so escapeChar is required");
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
				  "'%s' is not supported: expected LF, CRLF or CR",
				  vv_text_shows(text));
}

static vv_status read_header(vv_sniff_hints *h, const vv_json *dialect, const char *file,
			     vv_error *err)
{
	const vv_json *rows = vv_json_get(dialect, "headerRows");
	uint64_t line = 1, last = 0;
	bool header = true;
	vv_status rc = vv_descriptor_bool(&header, dialect, "header", file, err);

	if (rc < 0) return rc;
	h->header = header ? 1 : 0;
	if (!rows || !header) return VV_OK;
	if (rows->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(rows, file, err, "must be an array, is %s",
					  vv_descriptor_kind(rows));
	}
	for (const vv_json *n = rows->first; n; n = n->next) {
		if (n->type != VV_JSON_NUMBER || !vv_parse_u64(&line, n->text, n->text_len) ||
		    line == 0 || line > VV_HEADER_MAX || (n != rows->first && line != last + 1)) {
			return refuse(rows, file, err,
				      "only consecutive lines are supported: [N, N+1 ...]");
		}
		last = line;
	}
	if (rows->count == 0 || rows->count > VV_HEADER_ROWS_MAX) {
		return refuse(rows, file, err,
			      "1 to 16 lines are supported; without a header, set header to false");
	}
	h->skip = (long)(last - rows->count);
	h->header_rows = (int)rows->count;
	return VV_OK;
}

/* Comments by their numbers: lines above the header, outside the table. */
static vv_status read_comment_rows(const vv_sniff_hints *h, const vv_json *dialect,
				   const char *file, vv_error *err)
{
	const vv_json *rows = vv_json_get(dialect, "commentRows");
	uint64_t line;

	if (!rows || rows->type == VV_JSON_NULL) return VV_OK;
	if (rows->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(rows, file, err, "must be an array, is %s",
					  vv_descriptor_kind(rows));
	}
	for (const vv_json *n = rows->first; n; n = n->next) {
		if (n->type != VV_JSON_NUMBER || !vv_parse_u64(&line, n->text, n->text_len) ||
		    line == 0 || h->skip < 0 || line > (uint64_t)h->skip) {
			return refuse(
				rows, file, err,
				"comments are supported only above the header (headerRows), or as "
				"lines that begin with commentChar");
		}
	}
	return VV_OK;
}

/* The text between the cells of header lines. */
static vv_status read_join(vv_package_resource *out, const vv_json *dialect, const char *file,
			   vv_error *err)
{
	const char *join;
	vv_status rc = vv_descriptor_text(&join, dialect, "headerJoin", file, err);

	if (rc < 0 || !join) return rc;
	if (strlen(join) >= VV_HEADER_JOIN_MAX) {
		return refuse(vv_json_get(dialect, "headerJoin"), file, err,
			      "only a text of at most 15 bytes is supported");
	}
	out->hints.header_join = out->header_join = vv_strdup(join);
	return out->header_join ? VV_OK : vv_fail_nomem(err);
}

/* Lines and spaces outside the cells. */
static vv_status read_passed(vv_sniff_hints *h, const vv_json *dialect, const char *file,
			     vv_error *err)
{
	bool skip = false;
	vv_status rc = read_byte(&h->comment, dialect, "commentChar", file, err);

	if (rc < 0 ||
	    (rc = vv_descriptor_bool(&skip, dialect, "skipInitialSpace", file, err)) < 0) {
		return rc;
	}
	if (h->comment > 0 && (h->comment == h->delimiter || h->comment == h->quote ||
			       h->comment == h->escape || h->comment == ' ')) {
		return vv_descriptor_fail(
			vv_json_get(dialect, "commentChar"), file, err,
			"must differ from the delimiter, the quote, the escape character and a "
			"space");
	}
	if (vv_json_get(dialect, "skipInitialSpace")) {
		h->spaces = skip;
	}
	return VV_OK;
}

/* Refuses members that require a different reading of the bytes from varve's. */
static vv_status refuse_members(const vv_json *dialect, bool json, const char *file, vv_error *err)
{
	static const struct {
		const char *name;
		bool json;
		const char *hint;
	} members[] = {
		{"nullSequence", false, "add the text to missingValues of the schema"},
		{"itemKeys", true, "remove it: the columns are the objects' members"},
	};
	const vv_json *node;

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
			return refuse(node, file, err, "only arrays of objects are supported");
		}
	}
	return VV_OK;
}

/* Where the rows are in a JSON document. */
static vv_status read_records(vv_package_resource *out, const vv_json *dialect, const char *file,
			      vv_error *err)
{
	const char *path;
	vv_status rc = vv_descriptor_text(&path, dialect, "property", file, err);

	if (rc < 0 || !path) return rc;
	out->hints.records = out->records = vv_strdup(path);
	return out->records ? VV_OK : vv_fail_nomem(err);
}

static vv_status read_dialect_of(vv_package_resource *out, const vv_json *dialect, const char *path,
				 const char *file, vv_error *err)
{
	const vv_ending *named = vv_ending_of(path);
	bool json = (out->hints.has_form ? out->hints.form
		     : named             ? named->form
					 : VV_FORM_CSV) != VV_FORM_CSV;
	vv_status rc;

	if (dialect->type != VV_JSON_OBJECT) {
		return vv_descriptor_fail(dialect, file, err, "must be an object, is %s",
					  vv_descriptor_kind(dialect));
	}
	if ((rc = refuse_members(dialect, json, file, err)) < 0) return rc;
	if (json) return read_records(out, dialect, file, err);
	if ((rc = read_header(&out->hints, dialect, file, err)) < 0 ||
	    (rc = read_comment_rows(&out->hints, dialect, file, err)) < 0 ||
	    (rc = read_terminator(dialect, file, err)) < 0 ||
	    (rc = read_join(out, dialect, file, err)) < 0 ||
	    (rc = read_delimited(&out->hints, dialect, file, err)) < 0) {
		return rc;
	}
	return read_passed(&out->hints, dialect, file, err);
}

void vv_package_resource_clear(vv_package_resource *r)
{
	vv_free_all(r->package_path, r->encoding, r->records, r->header_join);
	vv_buf_clear(&r->schema);
	*r = (vv_package_resource){.hints = VV_SNIFF_HINTS_INIT};
}

size_t vv_package_folder_len(const char *package_path)
{
	const char *slash = strrchr(package_path, '/');

	return slash ? (size_t)(slash - package_path) + 1 : 0;
}

/* "https://...": a scheme and "://". */
static bool is_url(const char *path)
{
	const char *p = path;

	while (vv_is_alnum(*p) || *p == '+' || *p == '-' || *p == '.') {
		p++;
	}
	return p > path && strncmp(p, "://", 3) == 0;
}

/* The file that a path in a descriptor names, relative to the package's folder and without "."
 * parts, in arena; NULL for a URL. VV_EINPUT for what leads out of the folder. */
static vv_status local_path(const char **out, vv_arena *arena, const vv_json *path,
			    const char *file, vv_error *err)
{
	char *to;

	*out = NULL;
	if (!vv_descriptor_is_text(path)) {
		return vv_descriptor_fail(path, file, err, "must be a string, is %s",
					  path->type == VV_JSON_STRING ? "one with a NUL character"
								       : vv_descriptor_kind(path));
	}
	if (is_url(path->text)) return VV_OK;
	if (path->text[0] == '/') {
		return vv_descriptor_fail(
			path, file, err,
			"the path '%s' is absolute: paths must be relative to the package's folder",
			vv_text_shows(path->text));
	}
	char *clean = to = vv_arena_alloc(arena, path->text_len + 1);
	if (!clean) return vv_fail_nomem(err);
	for (const char *p = path->text; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && memcmp(p, "..", 2) == 0) {
			return vv_descriptor_fail(path, file, err,
						  "the path '%s' must stay below the package's "
						  "folder",
						  vv_text_shows(path->text));
		}
		if (n > 0 && !(n == 1 && *p == '.')) {
			if (to > clean) {
				*to++ = '/';
			}
			memcpy(to, p, n);
			to += n;
		}
		p += n + (p[n] == '/' ? 1 : 0);
	}
	*to = '\0';
	if (to == clean) return vv_descriptor_fail(path, file, err, "names no file");
	*out = clean;
	return VV_OK;
}

/* The package's resources; VV_EINPUT when the shape is wrong, *out NULL when it has none. */
static vv_status read_resources(const vv_json **out, const vv_json *root, const char *file,
				vv_error *err)
{
	const vv_json *resources = vv_json_get(root, "resources");

	*out = NULL;
	if (root->type != VV_JSON_OBJECT) {
		return vv_descriptor_fail(root, file, err,
					  "a data package must be an object, is %s",
					  vv_descriptor_kind(root));
	}
	if (!resources) return VV_OK;
	if (resources->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(resources, file, err, "must be an array, is %s",
					  vv_descriptor_kind(resources));
	}
	for (const vv_json *n = resources->first; n; n = n->next) {
		if (n->type != VV_JSON_OBJECT) {
			return vv_descriptor_fail(n, file, err, "must be an object, is %s",
						  vv_descriptor_kind(n));
		}
	}
	*out = resources;
	return VV_OK;
}

/* The node of a resource's path or paths; NULL when its data is inline. */
static const vv_json *path_node(const vv_json *resource)
{
	const vv_json *path = vv_json_get(resource, "path");

	return path ? path : vv_json_get(resource, "url"); /* its name before v1 */
}

/* Looks through a resource's paths; *found when one of them is `path`. */
static vv_status match_paths(bool *found, vv_arena *arena, const vv_json *resource,
			     const char *path, const char *file, vv_error *err)
{
	const vv_json *node = path_node(resource);
	const char *local;
	vv_status rc;

	*found = false;
	if (!node) return VV_OK;
	for (const vv_json *n = node->type == VV_JSON_ARRAY ? node->first : node; n;
	     n = n == node ? NULL : n->next) {
		if ((rc = local_path(&local, arena, n, file, err)) < 0) return rc;
		*found = *found || (local && strcmp(local, path) == 0);
	}
	if (*found && node->type == VV_JSON_ARRAY && node->count > 1) {
		vv_descriptor_fail(node, file, err, "a resource of %zu files is not supported",
				   node->count);
		return vv_hint(err,
			       "describe each file by a resource of its own, or join the files");
	}
	return VV_OK;
}

vv_status vv_package_match(const vv_json **out, vv_arena *arena, const vv_json *root,
			   const char *path, const char *file, vv_error *err)
{
	const vv_json *resources;
	vv_status rc = read_resources(&resources, root, file, err);

	*out = NULL;
	if (rc < 0 || !resources) return rc;
	for (const vv_json *n = resources->first; n; n = n->next) {
		bool found;

		if ((rc = match_paths(&found, arena, n, path, file, err)) < 0) return rc;
		if (found && *out) {
			return vv_descriptor_fail(n, file, err,
						  "'%s' is described by two resources",
						  vv_text_shows(path));
		}
		if (found) {
			*out = n;
		}
	}
	return VV_OK;
}

/* One look into one package. */
typedef struct lookup {
	vv_arena arena;
	vv_package_read_fn read;
	void *payload;
	const char *package; /* the package's path */
	vv_error *err;
} lookup;

/* A part of the resource that may be in a file of its own: *out is its node, *file
 * the file's path. */
static vv_status follow(const lookup *l, vv_arena *arena, const vv_json **out, const char **file,
			const vv_json *node)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json *root = NULL;
	const char *local;
	vv_status rc;

	*out = node;
	*file = l->package;
	if (node->type != VV_JSON_STRING) return VV_OK;
	if ((rc = local_path(&local, arena, node, l->package, l->err)) < 0) return rc;
	if (!local) {
		return vv_descriptor_fail(
			node, l->package, l->err,
			"'%s' is a URL, which is not supported: varve reads only files of the "
			"repository",
			vv_text_shows(node->text));
	}
	*file = vv_arena_printf(arena, "%.*s%s", (int)vv_package_folder_len(l->package), l->package,
				local);
	if (!*file) return vv_fail_nomem(l->err);
	rc = l->read(l->payload, *file, &text, l->err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_descriptor_fail(node, l->package, l->err, "no such file '%s'",
					vv_text_shows(*file));
	} else if (rc == VV_OK && (rc = vv_json_read(&root, arena, vv_buf_cstr(&text), text.len,
						     *file, l->err)) == VV_OK) {
		*out = root;
	}
	return rc;
}

static bool has_untyped(const vv_json *schema)
{
	const vv_json *fields = vv_json_get(schema, "fields");

	for (const vv_json *n = fields ? fields->first : NULL; n; n = n->next) {
		if (!vv_json_get(n, "type")) return true;
	}
	return false;
}

/* A separate schema is of version 1 unless it names another. If its package determined the version,
 * and it matters, the version is added to the text. */
static void put_schema(vv_buf *out, const vv_json *schema, const vv_json *resource)
{
	size_t from = out->len;

	vv_json_put_node(out, schema);
	if (!out->failed && !vv_json_get(schema, "$schema") && !vv_schema_is_v1(resource) &&
	    has_untyped(schema)) {
		vv_auto(vv_buf) text = VV_BUF_FOR(out);

		vv_buf_printf(&text, "{\"$schema\":\"%s\",%s", VV_SCHEMA_V2,
			      vv_buf_cstr(out) + from + 1);
		out->len = from;
		vv_buf_put(out, vv_buf_cstr(&text), text.len);
	}
}

static vv_status read_schema(vv_package_resource *out, lookup *l, const vv_json *resource)
{
	const vv_json *node = vv_json_get(resource, "schema");
	const char *file;
	vv_auto(vv_schema) schema = {0};
	vv_status rc;

	if (!node) return VV_OK;
	if ((rc = follow(l, &l->arena, &node, &file, node)) < 0 ||
	    (rc = vv_schema_read_node(&schema, node, file, l->err)) < 0) {
		return rc;
	}
	out->has_key = schema.primary_key_count > 0;
	put_schema(&out->schema, node, resource);
	return vv_buf_ok(&out->schema, l->err);
}

static vv_status read_dialect(vv_package_resource *out, lookup *l, const vv_json *resource,
			      const char *path)
{
	const vv_json *node = vv_json_get(resource, "dialect");
	const char *file;
	vv_status rc;

	if (!node) return VV_OK;
	if ((rc = follow(l, &l->arena, &node, &file, node)) < 0) return rc;
	return read_dialect_of(out, node, path, file, l->err);
}

/* Looks for path (relative to the package) in the package text; sets *found. */
static vv_status look_into(vv_package_resource *out, lookup *l, const vv_buf *text,
			   const char *path, bool *found)
{
	const vv_json *resource = NULL;
	vv_json *root = NULL;
	vv_status rc;

	*found = false;
	if ((rc = vv_json_read(&root, &l->arena, vv_buf_cstr(text), text->len, l->package,
			       l->err)) < 0 ||
	    (rc = vv_package_match(&resource, &l->arena, root, path, l->package, l->err)) < 0 ||
	    !resource) {
		return rc;
	}
	*found = true;
	if ((rc = read_form(out, resource, l->package, l->err)) < 0 ||
	    (rc = read_dialect(out, l, resource, path)) < 0) {
		return rc;
	}
	return read_schema(out, l, resource);
}

static vv_status try_file(vv_package_resource *out, const char *package, const char *path,
			  size_t folder_len, vv_package_read_fn read, void *payload, bool *found,
			  vv_error *err)
{
	lookup l = {VV_ARENA_INIT, read, payload, package, err};
	vv_auto(vv_buf) text = VV_BUF_INIT;

	*found = false;
	vv_status rc = read(payload, l.package, &text, err);
	if (rc == VV_ENOTFOUND) {
		rc = VV_OK;
	} else if (rc == VV_OK &&
		   (rc = look_into(out, &l, &text, path + folder_len, found)) == VV_OK && *found) {
		out->package_path = vv_strdup(l.package);
		rc = out->package_path ? VV_OK : vv_fail_nomem(err);
	}
	vv_arena_clear(&l.arena);
	return rc;
}

static vv_status try_folder(vv_package_resource *out, const char *path, size_t folder_len,
			    vv_package_read_fn read, void *payload, bool *found, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *package = vv_arena_printf(&arena, "%.*s%s", (int)folder_len, path,
					      VV_PACKAGE_NAME);
	return package ? try_file(out, package, path, folder_len, read, payload, found, err)
		       : vv_fail_nomem(err);
}

vv_status vv_package_find_in(vv_package_resource *out, const char *package_path, const char *path,
			     vv_package_read_fn read, void *payload, vv_error *err)
{
	size_t folder_len = vv_package_folder_len(package_path);
	bool found = false;

	memset(out, 0, sizeof(*out));
	vv_package_resource_clear(out);
	vv_status rc = strncmp(path, package_path, folder_len) == 0
			       ? try_file(out, package_path, path, folder_len, read, payload,
					  &found, err)
			       : VV_OK;
	if (rc == VV_OK && !found) {
		rc = vv_fail(err, VV_ENOTFOUND, "%s does not describe '%s'",
			     vv_text_shows(package_path), vv_text_shows(path));
	}
	if (rc < 0) {
		vv_package_resource_clear(out);
	}
	return rc;
}

vv_status vv_package_find(vv_package_resource *out, const char *path, vv_package_read_fn read,
			  void *payload, vv_error *err)
{
	size_t folder_len = vv_package_folder_len(path);
	bool found = false;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	vv_package_resource_clear(out);
	if (strlen(path) > 4096) {
		return vv_fail(err, VV_ENOTFOUND,
			       "the path is too long: datapackage.json can describe paths of at "
			       "most 4096 bytes");
	}
	for (;;) {
		if ((rc = try_folder(out, path, folder_len, read, payload, &found, err)) < 0) {
			vv_package_resource_clear(out);
			return rc;
		}
		if (found) return VV_OK;
		if (folder_len == 0) {
			return vv_fail(err, VV_ENOTFOUND, "no %s describes '%s'", VV_PACKAGE_NAME,
				       vv_text_shows(path));
		}
		for (folder_len--; folder_len > 0 && path[folder_len - 1] != '/'; folder_len--) {
			;
		}
	}
}

/* The local paths that a package names, as they are found. */
typedef struct named_paths {
	vv_string_list list;
	const char *package_path;
	vv_arena *arena;
} named_paths;

/* node: a path, or a URL, which is passed over. */
static vv_status add_named(named_paths *l, const vv_json *node, vv_error *err)
{
	const char *local = NULL;
	vv_status rc = local_path(&local, l->arena, node, l->package_path, err);

	return rc < 0 || !local
		       ? rc
		       : vv_string_list_add(&l->list,
					    vv_asprintf("%.*s%s",
							(int)vv_package_folder_len(l->package_path),
							l->package_path, local),
					    err);
}

static vv_status add_data(named_paths *l, const vv_json *resource, vv_error *err)
{
	const vv_json *node = path_node(resource);
	vv_status rc;

	for (const vv_json *n = node && node->type == VV_JSON_ARRAY ? node->first : node; n;
	     n = n == node ? NULL : n->next) {
		if ((rc = add_named(l, n, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status add_files(named_paths *l, const vv_json *resource, vv_error *err)
{
	static const char *const words[] = {"schema", "dialect"};
	vv_status rc;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const vv_json *node = vv_json_get(resource, words[i]);

		if (node && node->type == VV_JSON_STRING && (rc = add_named(l, node, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status find_paths(
	char ***paths, size_t *count, const char *package_path, const char *json, size_t len,
	vv_status (*add)(named_paths *l, const vv_json *resource, vv_error *err), vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	named_paths l = {.package_path = package_path, .arena = &arena};
	const vv_json *resources = NULL;
	vv_json *root = NULL;
	vv_status rc;

	*paths = NULL;
	*count = 0;
	if ((rc = vv_json_read(&root, &arena, json, len, package_path, err)) == VV_OK) {
		rc = read_resources(&resources, root, package_path, err);
	}
	for (const vv_json *r = resources ? resources->first : NULL; r && rc == VV_OK;
	     r = r->next) {
		rc = add(&l, r, err);
	}
	if (rc < 0) {
		vv_string_list_clear(&l.list);
	} else {
		*paths = l.list.items;
		*count = l.list.count;
	}
	return rc;
}

vv_status vv_package_paths(char ***paths, size_t *count, const char *package_path, const char *json,
			   size_t len, vv_error *err)
{
	return find_paths(paths, count, package_path, json, len, add_data, err);
}

vv_status vv_package_files(char ***paths, size_t *count, const char *package_path, const char *json,
			   size_t len, vv_error *err)
{
	return find_paths(paths, count, package_path, json, len, add_files, err);
}

bool vv_package_is_one(const char *json, size_t len)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *root = NULL;
	vv_error ignored;
	size_t blank = len >= 3 && memcmp(json, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (blank < len && strchr(" \t\r\n", json[blank]) && json[blank] != '\0') {
		blank++;
	}
	if (blank == len || json[blank] != '{') return false;
	return vv_json_read(&root, &arena, json, len, "", &ignored) == VV_OK &&
	       root->type == VV_JSON_OBJECT && vv_json_get(root, "resources") != NULL;
}

static vv_status add_items(vv_package_item *items, size_t *count, vv_arena *arena,
			   const vv_json *resource, size_t number, const char *package_path,
			   vv_error *err)
{
	const vv_json *node = path_node(resource);
	const char *name = vv_json_get_string(resource, "name");
	vv_package_item item = {.name = name ? vv_arena_strndup(arena, name, strlen(name))
					     : vv_arena_printf(arena, "resource %zu", number)};

	if (!item.name) return vv_fail_nomem(err);
	if (!node || (node->type == VV_JSON_ARRAY && node->count == 0)) {
		items[(*count)++] = item;
		return VV_OK;
	}
	for (const vv_json *n = node->type == VV_JSON_ARRAY ? node->first : node; n;
	     n = n == node ? NULL : n->next) {
		const char *local;
		vv_status rc = local_path(&local, arena, n, package_path, err);

		if (rc < 0) return rc;
		item.path = item.url = NULL;
		if (local) {
			item.path = vv_arena_printf(arena, "%.*s%s",
						    (int)vv_package_folder_len(package_path),
						    package_path, local);
		} else {
			item.url = vv_arena_strndup(arena, n->text, n->text_len);
		}
		if (!item.path && !item.url) return vv_fail_nomem(err);
		items[(*count)++] = item;
	}
	return VV_OK;
}

vv_status vv_package_items(vv_package_item **out, size_t *count, vv_arena *arena,
			   const char *package_path, const char *json, size_t len, vv_error *err)
{
	const vv_json *resources = NULL;
	vv_json *root = NULL;
	size_t room = 0, number = 0;
	vv_status rc;

	*out = NULL;
	*count = 0;
	if ((rc = vv_json_read(&root, arena, json, len, package_path, err)) < 0 ||
	    (rc = read_resources(&resources, root, package_path, err)) < 0) {
		return rc;
	}
	for (const vv_json *r = resources ? resources->first : NULL; r; r = r->next) {
		const vv_json *node = path_node(r);

		room += node && node->type == VV_JSON_ARRAY ? node->count + 1 : 1;
	}
	*out = vv_arena_calloc(arena, room + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	for (const vv_json *r = resources ? resources->first : NULL; r; r = r->next) {
		if ((rc = add_items(*out, count, arena, r, ++number, package_path, err)) < 0) {
			return rc;
		}
	}
	return rc;
}
