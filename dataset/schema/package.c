/*
 * package: finds the datapackage.json that describes a path, and reads it.
 */
#include "dataset/schema/package.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
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
	static const struct mediatype {
		const char *name, *ending;
	} known[] = {{"text/csv", "csv"},
		     {"text/tab-separated-values", "tsv"},
		     {"application/x-ndjson", "ndjson"},
		     {"application/ndjson", "ndjson"},
		     {"application/jsonl", "ndjson"},
		     {"application/x-jsonlines", "ndjson"},
		     {"application/json", "json"}};
	const size_t len = strcspn(name, "; ");

	const struct mediatype *type = vv_array_find(known, sizeof(known) / sizeof(known[0]), it,
						     vv_ascii_is(name, len, it->name));

	return type ? vv_ending_find(type->ending, strlen(type->ending)) : NULL;
}

static void refuse_value(vv_descriptor *d, const vv_json *node, const char *hint)
{
	vv_descriptor_fail(d, node, "the value of '%s' is not supported\n%s",
			   vv_text_show(node->name, node->name_len), hint);
}

const char *vv_package_encoding(vv_descriptor *d, const vv_json *object)
{
	char name[VV_ENCODING_MAX];
	const char *encoding = vv_descriptor_text(d, object, "encoding");
	const vv_status rc = encoding ? vv_encoding_find(name, encoding, "", 0, NULL) : VV_OK;

	if (rc == VV_ENOMEM) {
		vv_descriptor_note(d, vv_fail_nomem(d->err));
	} else if (rc < 0) {
		vv_descriptor_fail(d, vv_json_get(object, "encoding"),
				   "the encoding '%s' is not supported\n"
				   "'iconv -f %s -t UTF-8' writes the file in UTF-8",
				   vv_text_shows(encoding), vv_text_shows(encoding));
	}
	return d->rc < 0 ? NULL : encoding;
}

/* A copy of text for the resource; NULL: text is NULL. */
static char *dup_text(vv_descriptor *d, const char *text)
{
	char *copy = text ? vv_strdup(text) : NULL;

	if (text && !copy) {
		vv_descriptor_note(d, vv_fail_nomem(d->err));
	}
	return copy;
}

static void read_form(vv_package_resource *out, vv_descriptor *d, const vv_json *resource)
{
	const vv_json *compression = vv_json_get(resource, "compression"),
		      *more = vv_json_get(resource, "extrapaths");

	out->hints.encoding = out->encoding = dup_text(d, vv_package_encoding(d, resource));
	const char *format = vv_descriptor_text(d, resource, "format");
	const char *mediatype = vv_descriptor_text(d, resource, "mediatype");
	if (compression &&
	    !(compression->type == VV_JSON_NULL ||
	      (compression->type == VV_JSON_STRING &&
	       (compression->text_len == 0 || strcmp(compression->text, "no") == 0)))) {
		refuse_value(d, compression,
			     "unpack the file: versions of compressed files share no data");
	}
	if (more && more->count > 0) {
		refuse_value(d, more,
			     "describe each file by a resource of its own, or join the files");
	}
	const vv_ending *found = format ? vv_ending_find(format, strlen(format)) : NULL;
	if (!found && mediatype) {
		found = find_mediatype(mediatype);
	}
	if (found) {
		out->hints.has_form = true;
		out->hints.form = found->form;
		out->hints.delimiter = found->delimiter;
	}
	out->hints.header = 1;
}

/* A member that is a string of one ASCII character: 0 when it is null or empty, `otherwise` when it is
 * not there. */
static int read_byte(vv_descriptor *d, const vv_json *dialect, const char *member, int otherwise)
{
	const vv_json *node = vv_json_get(dialect, member);

	if (!node) return otherwise;
	if (node->type == VV_JSON_NULL) return 0;
	const char *text = vv_descriptor_text(d, dialect, member);
	if (!text) return otherwise;
	if (strlen(text) > 1 || (unsigned char)text[0] >= 0x80 || text[0] == '\n' ||
	    text[0] == '\r') {
		vv_descriptor_fail(d, node,
				   "'%s' is not supported: it must be a single ASCII character",
				   vv_text_shows(text));
	}
	return (unsigned char)text[0];
}

static void read_delimited(vv_sniff_hints *h, vv_descriptor *d, const vv_json *dialect)
{
	const vv_json *delimiter = vv_json_get(dialect, "delimiter"),
		      *escaped = vv_json_get(dialect, "escapeChar"),
		      *doubled = vv_json_get(dialect, "doubleQuote");

	h->delimiter = read_byte(d, dialect, "delimiter", h->delimiter);
	h->quote = read_byte(d, dialect, "quoteChar", h->quote);
	const int escape = read_byte(d, dialect, "escapeChar", 0);
	const bool twice = vv_descriptor_bool(d, dialect, "doubleQuote", true);
	if (h->delimiter == 0) {
		vv_descriptor_fail(d, delimiter, "is empty");
	}
	if (h->delimiter > 0 && (h->delimiter == h->quote || h->delimiter == escape)) {
		/* "format": "tsv" can set the delimiter, too */
		vv_descriptor_fail(d, delimiter ? delimiter : dialect,
				   "%smust differ from the quote and escape characters",
				   delimiter ? "" : "the delimiter ");
	}
	if (escape > 0 && doubled && twice) {
		refuse_value(
			d, escaped,
			"quotes are either doubled or escaped: set doubleQuote to false, or remove "
			"escapeChar");
	}
	if (escape == 0 && !twice && h->quote != 0) {
		refuse_value(d, doubled, "doubleQuote is false, so escapeChar is required");
	}
	if (escape > 0 || escaped || doubled) {
		h->escape = escape;
	}
}

/* Row ends are found and kept as they are; the member only informs. */
static void read_terminator(vv_descriptor *d, const vv_json *dialect)
{
	const char *text = vv_descriptor_text(d, dialect, "lineTerminator");

	if (text && strcmp(text, "\n") != 0 && strcmp(text, "\r\n") != 0 &&
	    strcmp(text, "\r") != 0) {
		vv_descriptor_fail(d, vv_json_get(dialect, "lineTerminator"),
				   "'%s' is not supported: expected LF, CRLF or CR",
				   vv_text_shows(text));
	}
}

static void read_header(vv_sniff_hints *h, vv_descriptor *d, const vv_json *dialect)
{
	const bool header = vv_descriptor_bool(d, dialect, "header", true);
	const vv_json *rows = header ? vv_descriptor_get(d, dialect, "headerRows", VV_JSON_ARRAY)
				     : NULL;
	uint64_t line = 1, last = 0;

	h->header = header ? 1 : 0;
	if (!rows) return;
	for (const vv_json *n = rows->first; n; n = n->next) {
		if (n->type != VV_JSON_NUMBER || !vv_parse_u64(&line, n->text, n->text_len) ||
		    line == 0 || line > VV_HEADER_MAX || (n != rows->first && line != last + 1)) {
			refuse_value(d, rows, "only consecutive lines are supported: [N, N+1 ...]");
		}
		last = line;
	}
	if (rows->count == 0 || rows->count > VV_HEADER_ROWS_MAX) {
		refuse_value(d, rows,
			     "1 to 16 lines are supported; without a header, set header to false");
	}
	h->skip = (long)(last - rows->count);
	h->header_rows = (int)rows->count;
}

/* Comments by their numbers: lines above the header, outside the table. */
static void read_comment_rows(const vv_sniff_hints *h, vv_descriptor *d, const vv_json *dialect)
{
	const vv_json *rows = vv_json_get(dialect, "commentRows");
	uint64_t line;

	if (!rows || rows->type == VV_JSON_NULL) return;
	if (!vv_descriptor_want(d, rows, VV_JSON_ARRAY)) return;
	for (const vv_json *n = rows->first; n; n = n->next) {
		if (n->type != VV_JSON_NUMBER || !vv_parse_u64(&line, n->text, n->text_len) ||
		    line == 0 || h->skip < 0 || line > (uint64_t)h->skip) {
			refuse_value(
				d, rows,
				"comments are supported only above the header (headerRows), or as "
				"lines that begin with commentChar");
		}
	}
}

/* The text between the cells of header lines. */
static void read_join(vv_package_resource *out, vv_descriptor *d, const vv_json *dialect)
{
	const char *join = vv_descriptor_text(d, dialect, "headerJoin");

	if (join && strlen(join) >= VV_HEADER_JOIN_MAX) {
		refuse_value(d, vv_json_get(dialect, "headerJoin"),
			     "only a text of at most 15 bytes is supported");
	}
	out->hints.header_join = out->header_join = dup_text(d, join);
}

/* Lines and spaces outside the cells. */
static void read_passed(vv_sniff_hints *h, vv_descriptor *d, const vv_json *dialect)
{
	h->comment = read_byte(d, dialect, "commentChar", h->comment);
	h->spaces = vv_json_get(dialect, "skipInitialSpace")
			    ? vv_descriptor_bool(d, dialect, "skipInitialSpace", false)
			    : h->spaces;
	if (h->comment > 0 && (h->comment == h->delimiter || h->comment == h->quote ||
			       h->comment == h->escape || h->comment == ' ')) {
		vv_descriptor_fail(
			d, vv_json_get(dialect, "commentChar"),
			"must differ from the delimiter, the quote, the escape character and a "
			"space");
	}
}

/* Refuses members that require a different reading of the bytes from varve's. */
static void refuse_members(vv_descriptor *d, const vv_json *dialect, bool json)
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
			refuse_value(d, node, members[i].hint);
		}
	}
	node = json ? vv_json_get(dialect, "itemType") : NULL;
	if (node && node->type != VV_JSON_NULL &&
	    (node->type != VV_JSON_STRING || strcmp(node->text, "object") != 0)) {
		refuse_value(d, node, "only arrays of objects are supported");
	}
}

static void read_dialect_of(vv_package_resource *out, vv_descriptor *d, const vv_json *dialect,
			    const char *path)
{
	const vv_ending *named = vv_ending_of(path);
	const vv_form form = out->hints.has_form || !named ? out->hints.form : named->form;
	const bool json = vv_form_is_typed(form);

	if (!vv_descriptor_want(d, dialect, VV_JSON_OBJECT)) return;
	refuse_members(d, dialect, json);
	if (json) { /* where the rows are in the document */
		const char *property = vv_descriptor_text(d, dialect, "property");

		out->hints.records = out->records = dup_text(d, property);
		return;
	}
	read_header(&out->hints, d, dialect);
	read_comment_rows(&out->hints, d, dialect);
	read_terminator(d, dialect);
	read_join(out, d, dialect);
	read_delimited(&out->hints, d, dialect);
	read_passed(&out->hints, d, dialect);
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
 * parts, in the arena; NULL for a URL. VV_EINPUT for what leads out of the folder. */
static const char *local_path(vv_descriptor *d, const vv_json *path)
{
	if (!vv_descriptor_is_text(path)) {
		vv_descriptor_fail(d, path, "must be a string, is %s",
				   path->type == VV_JSON_STRING ? "one with a NUL character"
								: vv_descriptor_kind(path));
		return NULL;
	}
	if (is_url(path->text)) return NULL;
	if (path->text[0] == '/' || vv_path_is_absolute(path->text)) {
		vv_descriptor_fail(
			d, path,
			"the path '%s' is absolute: paths must be relative to the package's folder",
			vv_text_shows(path->text));
	}
	char *clean = vv_descriptor_alloc(d, path->text_len + 1, 1), *to = clean;
	for (const char *p = path->text; clean && *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && memcmp(p, "..", 2) == 0) {
			vv_descriptor_fail(d, path,
					   "the path '%s' must stay below the package's folder",
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
	if (to == clean) {
		vv_descriptor_fail(d, path, "names no file");
	}
	return d->rc < 0 ? NULL : clean;
}

/* The path in the repository of a local path in the package, in the arena. */
static const char *repository_path(vv_descriptor *d, const char *local)
{
	const char *path = vv_arena_printf(d->arena, "%.*s%s", (int)vv_package_folder_len(d->file),
					   d->file, local);

	vv_descriptor_note(d, vv_alloc_ok(path, d->err));
	return path;
}

/* The first of a package's resources; NULL when it has none. VV_EINPUT when the shape is wrong. */
static const vv_json *first_resource(vv_descriptor *d, const vv_json *root)
{
	if (root->type != VV_JSON_OBJECT) {
		vv_descriptor_fail(d, root, "a data package must be an object, is %s",
				   vv_descriptor_kind(root));
	}
	const vv_json *resources = vv_descriptor_get(d, root, "resources", VV_JSON_ARRAY);
	for (const vv_json *n = resources ? resources->first : NULL; n; n = n->next) {
		(void)vv_descriptor_want(d, n, VV_JSON_OBJECT);
	}
	return d->rc == VV_OK && resources ? resources->first : NULL;
}

/* The node of a resource's path or paths; NULL when its data is inline. */
static const vv_json *path_node(const vv_json *resource)
{
	const vv_json *path = vv_json_get(resource, "path");

	return path ? path : vv_json_get(resource, "url"); /* its name before v1 */
}

/* The path after `last` in the node of a path or paths, the first one after NULL. */
static const vv_json *next_path(const vv_json *node, const vv_json *last)
{
	if (!node || node->type != VV_JSON_ARRAY) return last ? NULL : node;
	return last ? last->next : node->first;
}

/* Is one of the resource's paths `path`? */
static bool match_paths(vv_descriptor *d, const vv_json *resource, const char *path)
{
	const vv_json *node = path_node(resource);
	bool found = false;

	for (const vv_json *n = NULL; (n = next_path(node, n));) {
		const char *local = local_path(d, n);

		found = found || (local && strcmp(local, path) == 0);
	}
	if (found && node->type == VV_JSON_ARRAY && node->count > 1) {
		vv_descriptor_fail(d, node,
				   "a resource of %zu files is not supported\n"
				   "describe each file by a resource of its own, or join the files",
				   node->count);
	}
	return found;
}

const vv_json *vv_package_match(vv_descriptor *d, const vv_json *root, const char *path)
{
	const vv_json *match = NULL;

	for (const vv_json *n = first_resource(d, root); n; n = n->next) {
		if (!match_paths(d, n, path)) {
			continue;
		}
		if (match) {
			vv_descriptor_fail(d, n, "'%s' is described by two resources",
					   vv_text_shows(path));
		}
		match = n;
	}
	return d->rc < 0 ? NULL : match;
}

/* One search for the description of a table. */
typedef struct lookup {
	vv_package_resource *out;
	const char *path; /* the table's */
	vv_package_read_fn read;
	void *payload;
	vv_descriptor d; /* the package, or a part of the resource in a file of its own */
	bool found;
} lookup;

/* A part of the resource, which may be in a file of its own: that becomes l->d.file. */
static const vv_json *follow_node(lookup *l, const vv_json *node)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_descriptor *d = &l->d;
	vv_json *root = NULL;

	if (!node || node->type != VV_JSON_STRING) return node;
	const char *local = local_path(d, node);
	if (!local) {
		vv_descriptor_fail(
			d, node,
			"'%s' is a URL, which is not supported: varve reads only files of the "
			"repository",
			vv_text_show(node->text, node->text_len));
	}
	const char *file = d->rc < 0 ? NULL : repository_path(d, local);
	if (!file) return NULL;
	vv_status rc = l->read(l->payload, file, &text, d->err);
	if (rc == VV_ENOTFOUND) {
		vv_descriptor_fail(d, node, "no such file '%s'", vv_text_shows(file));
		return NULL;
	}
	if (rc == VV_OK) {
		rc = vv_json_read(&root, d->arena, vv_buf_cstr(&text), text.len, file, d->err);
	}
	vv_descriptor_note(d, rc);
	d->file = file;
	return rc < 0 ? NULL : root;
}

static bool has_untyped(const vv_json *schema)
{
	const vv_json *fields = vv_json_get(schema, "fields");

	return vv_json_find(fields, n, !vv_json_get(n, "type")) != NULL;
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

static void read_schema(lookup *l, const vv_json *resource)
{
	const vv_json *node = follow_node(l, vv_json_get(resource, "schema"));
	vv_auto(vv_schema) schema = {0};

	if (!node || l->d.rc < 0) return;
	vv_descriptor_note(&l->d, vv_schema_read_node(&schema, node, l->d.file, l->d.err));
	if (l->d.rc < 0) return;
	l->out->has_key = schema.primary_key_count > 0;
	put_schema(&l->out->schema, node, resource);
	vv_descriptor_note(&l->d, vv_buf_ok(&l->out->schema, l->d.err));
}

static void read_resource(lookup *l, const vv_json *resource)
{
	const char *package = l->d.file;

	read_form(l->out, &l->d, resource);
	const vv_json *dialect = follow_node(l, vv_json_get(resource, "dialect"));
	if (dialect) {
		read_dialect_of(l->out, &l->d, dialect, l->path);
	}
	l->d.file = package;
	read_schema(l, resource);
}

/* Looks for the table in a package, which need not exist. */
static vv_status try_package(lookup *l, const char *package, vv_error *err)
{
	const char *path = l->path + vv_package_folder_len(package);
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json *root = NULL;
	vv_status rc = l->read(l->payload, package, &text, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	if ((rc = vv_json_read(&root, &arena, vv_buf_cstr(&text), text.len, package, err)) < 0) {
		return rc;
	}
	l->d = (vv_descriptor){.file = package, .arena = &arena, .err = err};
	const vv_json *resource = vv_package_match(&l->d, root, path);
	l->found = resource != NULL;
	if (resource) {
		read_resource(l, resource);
		l->out->package_path = dup_text(&l->d, package);
	}
	return l->d.rc;
}

static lookup new_lookup(vv_package_resource *out, const char *path, vv_package_read_fn read,
			 void *payload)
{
	*out = (vv_package_resource){.hints = VV_SNIFF_HINTS_INIT};
	return (lookup){.out = out, .path = path, .read = read, .payload = payload};
}

vv_status vv_package_find_in(vv_package_resource *out, const char *package_path, const char *path,
			     vv_package_read_fn read, void *payload, vv_error *err)
{
	lookup l = new_lookup(out, path, read, payload);
	vv_status rc = VV_OK;

	if (strncmp(path, package_path, vv_package_folder_len(package_path)) == 0) {
		rc = try_package(&l, package_path, err);
	}
	if (rc == VV_OK && !l.found) {
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
	lookup l = new_lookup(out, path, read, payload);
	size_t folder_len = vv_package_folder_len(path);

	if (strlen(path) > 4096) {
		return vv_fail(err, VV_ENOTFOUND,
			       "the path is too long: datapackage.json can describe paths of at "
			       "most 4096 bytes");
	}
	for (;;) {
		vv_auto(char) *package = vv_asprintf("%.*s%s", (int)folder_len, path,
						     VV_PACKAGE_NAME);
		vv_status rc = package ? try_package(&l, package, err) : vv_fail_nomem(err);

		if (rc < 0) {
			vv_package_resource_clear(out);
			return rc;
		}
		if (l.found) return VV_OK;
		if (folder_len == 0) {
			return vv_fail(err, VV_ENOTFOUND, "no %s describes '%s'", VV_PACKAGE_NAME,
				       vv_text_shows(path));
		}
		for (folder_len--; folder_len > 0 && path[folder_len - 1] != '/'; folder_len--) {
			;
		}
	}
}

/* node: a path, or a URL, which is passed over. */
static void add_named(vv_string_list *list, vv_descriptor *d, const vv_json *node)
{
	const char *local = local_path(d, node);
	const char *path = local ? repository_path(d, local) : NULL;

	if (path) {
		vv_descriptor_note(d, vv_string_list_add(list, vv_strdup(path), d->err));
	}
}

static void add_data(vv_string_list *list, vv_descriptor *d, const vv_json *resource)
{
	for (const vv_json *n = NULL; (n = next_path(path_node(resource), n));) {
		add_named(list, d, n);
	}
}

static void add_files(vv_string_list *list, vv_descriptor *d, const vv_json *resource)
{
	static const char *const words[] = {"schema", "dialect"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const vv_json *node = vv_json_get(resource, words[i]);

		if (node && node->type == VV_JSON_STRING) {
			add_named(list, d, node);
		}
	}
}

static vv_status find_paths(
	char ***paths, size_t *count, const char *package_path, const char *json, size_t len,
	void (*add)(vv_string_list *list, vv_descriptor *d, const vv_json *resource), vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_descriptor d = {.file = package_path, .arena = &arena, .err = err};
	vv_string_list list = {0};
	vv_json *root = NULL;

	vv_descriptor_note(&d, vv_json_read(&root, &arena, json, len, package_path, err));
	for (const vv_json *r = root ? first_resource(&d, root) : NULL; r; r = r->next) {
		add(&list, &d, r);
	}
	if (d.rc < 0) {
		vv_string_list_clear(&list);
	}
	*paths = list.items;
	*count = list.count;
	return d.rc;
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

static void add_items(vv_package_item *items, size_t *count, vv_descriptor *d,
		      const vv_json *resource, size_t number)
{
	const vv_json *node = path_node(resource);
	const char *name = vv_json_get_string(resource, "name");
	vv_package_item item = {.name = name ? vv_arena_strndup(d->arena, name, strlen(name))
					     : vv_arena_printf(d->arena, "resource %zu", number)};

	vv_descriptor_note(d, vv_alloc_ok(item.name, d->err));
	if (!next_path(node, NULL)) {
		items[(*count)++] = item;
	}
	for (const vv_json *n = NULL; (n = next_path(node, n));) {
		const char *local = local_path(d, n);

		if (d->rc < 0) return;
		item.path = local ? repository_path(d, local) : NULL;
		item.url = local ? NULL : vv_arena_strndup(d->arena, n->text, n->text_len);
		vv_descriptor_note(d, vv_alloc_ok(local ? item.path : item.url, d->err));
		items[(*count)++] = item;
	}
}

vv_status vv_package_items(vv_package_item **out, size_t *count, vv_arena *arena,
			   const char *package_path, const char *json, size_t len, vv_error *err)
{
	vv_descriptor d = {.file = package_path, .arena = arena, .err = err};
	vv_json *root = NULL;
	size_t room = 0, number = 0;
	vv_status rc;

	*out = NULL;
	*count = 0;
	if ((rc = vv_json_read(&root, arena, json, len, package_path, err)) < 0) return rc;
	const vv_json *first = first_resource(&d, root);
	for (const vv_json *r = first; r; r = r->next) {
		const vv_json *node = path_node(r);

		room += node && node->type == VV_JSON_ARRAY ? node->count + 1 : 1;
	}
	*out = vv_descriptor_alloc(&d, room + 1, sizeof(**out));
	for (const vv_json *r = *out ? first : NULL; r && d.rc == VV_OK; r = r->next) {
		add_items(*out, count, &d, r, ++number);
	}
	return d.rc;
}
