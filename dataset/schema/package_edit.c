/*
 * package_edit: changes to a package's text that a person could have made by hand.
 */
#include "base/ascii.h"
#include "dataset/schema/package.h"

#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/descriptor.h"
#include "dataset/schema/schema.h"
#include "dataset/schema/splice.h"

static const char new_package[] =
	"{\n"
	"  \"$schema\": \"https://datapackage.org/profiles/2.0/datapackage.json\",\n"
	"  \"resources\": []\n"
	"}\n";

typedef struct editor {
	vv_splice s;
	vv_arena scratch;
	const vv_package_edit *edit;
	const char *path; /* of the dataset, relative to the package */
	vv_error *err;
} editor;

static void editor_clear(editor *e)
{
	vv_splice_clear(&e->s);
	vv_arena_clear(&e->scratch);
}
VV_AUTO_CLEAR(editor, editor_clear)

/* The resource as the text has it now; NULL: none. */
static vv_status find_resource(editor *e, const vv_json **out)
{
	return vv_package_match(out, &e->scratch, e->s.root, e->path, e->s.file, e->err);
}

/* The schema object as the text has it now. */
static vv_status find_schema(editor *e, const vv_json **out)
{
	vv_status rc = find_resource(e, out);

	if (rc == VV_OK) {
		*out = vv_json_get(*out, "schema");
	}
	return rc;
}

static bool has_resource_name(const editor *e, const char *name)
{
	const vv_json *resources = vv_json_get(e->s.root, "resources");

	for (const vv_json *n = resources ? resources->first : NULL; n; n = n->next) {
		const char *other = vv_json_get_string(n, "name");

		if (other && strcmp(other, name) == 0) return true;
	}
	return false;
}

/* The file's name without extension, of the characters that resource names may have,
 * and with a number after it where another resource is called so. */
static const char *resource_name(editor *e)
{
	const char *base = vv_path_base(e->path), *dot = strrchr(base, '.');
	size_t len = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	char *name = vv_arena_strndup(&e->scratch, base, len), *numbered = name;

	for (size_t i = 0; name && i < len; i++) {
		const bool fits = vv_is_alnum(name[i]) || name[i] == '.' || name[i] == '_';

		name[i] = fits ? vv_to_lower(name[i]) : '-';
	}
	for (unsigned n = 2; numbered && has_resource_name(e, numbered); n++) {
		numbered = vv_arena_printf(&e->scratch, "%s-%u", name, n);
	}
	return numbered;
}

static vv_status add_resource(editor *e)
{
	const vv_json *resources = vv_json_get(e->s.root, "resources");
	const char *profile = vv_json_get_string(e->s.root, "$schema");
	vv_auto(vv_buf) value = VV_BUF_INIT;
	vv_status rc;

	if (!resources) {
		if ((rc = vv_splice_set(&e->s, e->s.root, "resources", "[]", e->err)) < 0) {
			return rc;
		}
		resources = vv_json_get(e->s.root, "resources");
	}
	const char *name = resource_name(e);
	if (!name) return vv_fail_nomem(e->err);
	vv_buf_puts(&value, "{\"name\":");
	vv_json_put_string(&value, name, strlen(name));
	vv_buf_puts(&value, profile && strstr(profile, "/2.")
				    ? ",\"type\":\"table\""
				    : ",\"profile\":\"tabular-data-resource\"");
	vv_buf_puts(&value, ",\"path\":");
	vv_json_put_string(&value, e->path, strlen(e->path));
	vv_buf_putc(&value, '}');
	return (rc = vv_buf_ok(&value, e->err)) < 0
		       ? rc
		       : vv_splice_append(&e->s, resources, value.data, e->err);
}

/* Is the schema one that vv_package_find takes? */
static vv_status check(editor *e)
{
	const vv_json *schema;
	vv_auto(vv_schema) read = {0};
	vv_status rc = find_schema(e, &schema);

	if (rc < 0 || !schema || schema->type == VV_JSON_STRING) return rc;
	return vv_schema_read_node(&read, schema, e->s.file, e->err);
}

static bool wants_schema(const vv_package_edit *edit)
{
	return edit->set_column || edit->key || edit->missing || edit->rename_from;
}

/* Makes sure that there is a resource with a schema of its own where one is needed. */
static vv_status prepare(editor *e)
{
	const vv_json *resource;
	vv_status rc;

	if ((rc = find_resource(e, &resource)) < 0) return rc;
	if (!resource && ((rc = add_resource(e)) < 0 || (rc = find_resource(e, &resource)) < 0)) {
		return rc;
	}
	const vv_json *schema = vv_json_get(resource, "schema");
	if (schema && schema->type == VV_JSON_STRING && wants_schema(e->edit)) {
		return vv_fail(e->err, VV_EREFUSED,
			       "the schema of '%s' is in another file, '%s', which varve does not "
			       "edit\nedit that file, or move the schema into %s",
			       vv_text_shows(e->path), vv_text_shows(schema->text),
			       VV_PACKAGE_NAME);
	}
	if (schema) {
		return check(e); /* later edits can rely on its shape */
	}
	if (e->edit->schema) {
		return vv_splice_set(&e->s, resource, "schema", e->edit->schema, e->err);
	}
	if (wants_schema(e->edit)) {
		return vv_fail(e->err, VV_EUSAGE, "'%s' has no schema to change",
			       vv_text_shows(e->path));
	}
	return VV_OK;
}

static vv_status find_field(editor *e, const vv_json **out, const char *name)
{
	const vv_json *schema;
	vv_status rc = find_schema(e, &schema);

	if (rc < 0) return rc;
	const vv_json *fields = vv_json_get(schema, "fields");
	for (*out = fields ? fields->first : NULL; *out; *out = (*out)->next) {
		const char *own = vv_json_get_string(*out, "name");

		if (own && strcmp(own, name) == 0) return VV_OK;
	}
	return vv_fail(e->err, VV_ENOTFOUND, "%s: '%s' has no column '%s'", e->s.file,
		       vv_text_shows(e->path), vv_text_shows(name));
}

/* Sets a member of the column's field to a string. */
static vv_status set_text(editor *e, const char *column, const char *member, const char *text)
{
	vv_auto(vv_buf) value = VV_BUF_INIT;
	const vv_json *field;
	vv_status rc;

	if (!text) return VV_OK;
	vv_json_put_string(&value, text, strlen(text));
	if ((rc = vv_buf_ok(&value, e->err)) == VV_OK &&
	    (rc = find_field(e, &field, column)) == VV_OK) {
		rc = vv_splice_set(&e->s, field, member, value.data, e->err);
	}
	return rc;
}

static vv_status set_type(editor *e)
{
	const vv_package_edit *edit = e->edit;
	const vv_json *field;
	vv_type type;
	vv_status rc;

	if (!edit->set_column) return VV_OK;
	if (edit->set_type && !vv_type_parse(&type, edit->set_type)) {
		return vv_fail(e->err, VV_EUSAGE, "'%s' is not a type of Table Schema",
			       vv_text_shows(edit->set_type));
	}
	if ((rc = set_text(e, edit->set_column, "type", edit->set_type)) < 0 ||
	    (rc = find_field(e, &field, edit->set_column)) < 0) {
		return rc;
	}
	const vv_json *format = vv_json_get(field, "format");
	if (edit->set_type && format && format->type == VV_JSON_STRING &&
	    !vv_type_has_format(type, format->text) &&
	    (rc = vv_splice_remove(&e->s, format, e->err)) < 0) {
		return rc;
	}
	if ((rc = set_text(e, edit->set_column, "format", edit->set_format)) < 0 ||
	    (rc = set_text(e, edit->set_column, "decimalChar", edit->set_decimal_char)) < 0) {
		return rc;
	}
	return set_text(e, edit->set_column, "groupChar", edit->set_group_char);
}

static bool is_missing_value(const vv_json *list, const char *value)
{
	for (const vv_json *n = list->first; n; n = n->next) {
		const char *text = n->type == VV_JSON_OBJECT   ? vv_json_get_string(n, "value")
				   : n->type == VV_JSON_STRING ? n->text
							       : NULL;

		if (text && strcmp(text, value) == 0) return true;
	}
	return false;
}

/* Gives the owner, a field or the schema, an explicit list of the missing values that it
 * inherited. */
static vv_status start_missing(editor *e, const vv_json *owner, const vv_json *schema)
{
	const vv_json *inherited = vv_json_get(schema, "missingValues");
	vv_auto(vv_buf) list = VV_BUF_INIT;
	vv_status rc;

	if (inherited) {
		vv_json_put_node(&list, inherited);
	} else {
		vv_buf_puts(&list, "[\"\"]");
	}
	return (rc = vv_buf_ok(&list, e->err)) < 0
		       ? rc
		       : vv_splice_set(&e->s, owner, "missingValues", list.data, e->err);
}

static vv_status find_missing(editor *e, const vv_json **list)
{
	const vv_json *schema;
	vv_status rc = find_schema(e, &schema);

	const vv_json *owner = schema;
	if (rc == VV_OK && e->edit->missing_column) {
		rc = find_field(e, &owner, e->edit->missing_column);
	}
	if (rc < 0) return rc;
	if ((*list = vv_json_get(owner, "missingValues"))) return VV_OK;
	if ((rc = start_missing(e, owner, schema)) < 0) return rc;
	return find_missing(e, list);
}

static vv_status add_missing(editor *e, const char *value)
{
	const vv_json *list;
	vv_auto(vv_buf) item = VV_BUF_INIT;
	vv_status rc = find_missing(e, &list);

	if (rc < 0) return rc;
	if (is_missing_value(list, value)) return VV_OK;
	bool object = list->first && list->first->type == VV_JSON_OBJECT;
	vv_buf_puts(&item, object ? "{\"value\":" : "");
	vv_json_put_string(&item, value, strlen(value));
	vv_buf_puts(&item, object ? "}" : "");
	return (rc = vv_buf_ok(&item, e->err)) < 0
		       ? rc
		       : vv_splice_append(&e->s, list, item.data, e->err);
}

static vv_status set_missing(editor *e)
{
	vv_status rc;

	for (const char *const *m = e->edit->missing; m && *m; m++) {
		if ((rc = add_missing(e, *m)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status set_key(editor *e)
{
	const char *const *key = e->edit->key;
	vv_auto(vv_buf) value = VV_BUF_INIT;
	const vv_json *schema;
	vv_status rc;

	if (!key) return VV_OK;
	if ((rc = find_schema(e, &schema)) < 0) return rc;
	const vv_json *old = vv_json_get(schema, "primaryKey");
	if (!key[0]) return old ? vv_splice_remove(&e->s, old, e->err) : VV_OK;
	for (size_t i = 0; key[i]; i++) {
		vv_buf_putc(&value, i > 0 ? ',' : '[');
		vv_json_put_string(&value, key[i], strlen(key[i]));
	}
	vv_buf_putc(&value, ']');
	return (rc = vv_buf_ok(&value, e->err)) < 0
		       ? rc
		       : vv_splice_set(&e->s, schema, "primaryKey", value.data, e->err);
}

/* Strings that are a column's old name. */
typedef struct mentions {
	const vv_json **nodes; /* room for as many as the document has strings */
	size_t count;
	const char *name;
} mentions;

static void mention(mentions *m, const vv_json *node)
{
	if (node && node->type == VV_JSON_STRING && strcmp(node->text, m->name) == 0) {
		m->nodes[m->count++] = node;
	}
}

/* A string, or an array of strings. */
static void mention_names(mentions *m, const vv_json *names)
{
	mention(m, names);
	for (const vv_json *n = names && names->type == VV_JSON_ARRAY ? names->first : NULL; n;
	     n = n->next) {
		mention(m, n);
	}
}

static void mention_in_schema(mentions *m, const vv_json *schema)
{
	const vv_json *fields = vv_json_get(schema, "fields"),
		      *unique = vv_json_get(schema, "uniqueKeys");

	for (const vv_json *n = fields ? fields->first : NULL; n; n = n->next) {
		mention(m, vv_json_get(n, "name"));
	}
	mention_names(m, vv_json_get(schema, "primaryKey"));
	for (const vv_json *n = unique ? unique->first : NULL; n; n = n->next) {
		mention_names(m, n);
	}
}

/* Foreign keys of `resource` that start from, or lead to, the table called `table`. */
static void mention_in_foreign_keys(mentions *m, const vv_json *resource, bool own,
				    const char *table)
{
	const vv_json *keys = vv_json_get(vv_json_get(resource, "schema"), "foreignKeys");

	for (const vv_json *n = keys ? keys->first : NULL; n; n = n->next) {
		const vv_json *reference = vv_json_get(n, "reference");
		const char *to = vv_json_get_string(reference, "resource");
		bool self = !to || to[0] == '\0';

		if (own) {
			mention_names(m, vv_json_get(n, "fields"));
		}
		if (self ? own : table && strcmp(to, table) == 0) {
			mention_names(m, vv_json_get(reference, "fields"));
		}
	}
}

static size_t count_nodes(const vv_json *root)
{
	const vv_json *n = root;
	size_t count = 0;

	while (n) {
		count++;
		if (n->first) {
			n = n->first;
			continue;
		}
		while (n && !n->next) {
			n = n->parent;
		}
		n = n ? n->next : NULL;
	}
	return count;
}

static vv_status rename_column(editor *e)
{
	const vv_package_edit *edit = e->edit;
	const vv_json *resource, *field, *resources = vv_json_get(e->s.root, "resources");
	mentions m = {NULL, 0, edit->rename_from};
	vv_status rc;

	if (!edit->rename_from || strcmp(edit->rename_from, edit->rename_to) == 0) return VV_OK;
	if ((rc = find_field(e, &field, edit->rename_from)) < 0 ||
	    (rc = find_resource(e, &resource)) < 0) {
		return rc;
	}
	for (const vv_json *n = field->parent->first; n; n = n->next) {
		const char *name = vv_json_get_string(n, "name");

		if (name && strcmp(name, edit->rename_to) == 0) {
			return vv_fail(e->err, VV_EEXISTS, "%s: '%s' has a column '%s' already",
				       e->s.file, vv_text_shows(e->path),
				       vv_text_shows(edit->rename_to));
		}
	}
	m.nodes = vv_arena_calloc(&e->scratch, count_nodes(e->s.root), sizeof(*m.nodes));
	if (!m.nodes) return vv_fail_nomem(e->err);
	const char *table = vv_json_get_string(resource, "name");
	mention_in_schema(&m, vv_json_get(resource, "schema"));
	for (const vv_json *n = resources->first; n; n = n->next) {
		mention_in_foreign_keys(&m, n, n == resource, table);
	}
	return vv_splice_strings(&e->s, m.nodes, m.count, edit->rename_to, e->err);
}

vv_status vv_package_apply(vv_buf *out, const char *text, size_t len, const vv_package_edit *edit,
			   vv_error *err)
{
	size_t folder_len = vv_package_folder_len(edit->package_path);
	vv_auto(editor) e = {.edit = edit, .err = err, .path = edit->path + folder_len};
	vv_status rc;

	if (strncmp(edit->path, edit->package_path, folder_len) != 0) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not below the folder of '%s'",
			       vv_text_shows(edit->path), vv_text_shows(edit->package_path));
	}
	if (len == 0) {
		text = new_package;
		len = sizeof(new_package) - 1;
	}
	if ((rc = vv_splice_open(&e.s, text, len, edit->package_path, err)) < 0 ||
	    (rc = prepare(&e)) < 0) {
		return rc;
	}
	if ((rc = set_type(&e)) < 0 || (rc = set_missing(&e)) < 0 || (rc = set_key(&e)) < 0 ||
	    (rc = rename_column(&e)) < 0 || (rc = check(&e)) < 0) {
		if (rc == VV_EINPUT) {
			vv_prefix(err, "the change is invalid");
		}
		return rc;
	}
	vv_buf_put(out, e.s.text.data, e.s.text.len);
	return vv_buf_ok(out, err);
}
