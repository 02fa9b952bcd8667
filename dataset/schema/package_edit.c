/*
 * package_edit: changes to a package's text that a person could have made by hand.
 */
#include "base/ascii.h"
#include "dataset/schema/package.h"

#include <string.h>

#include "base/json/json.h"
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

/* After an error, all functions that change the text do nothing, and those that find a node return NULL. */
typedef struct editor {
	vv_splice s;
	vv_arena scratch;
	vv_descriptor d; /* the package; keeps the first error */
	const vv_package_edit *edit;
	const char *path; /* of the dataset, relative to the package */
} editor;

static void editor_clear(editor *e)
{
	vv_splice_clear(&e->s);
	vv_arena_clear(&e->scratch);
}
VV_AUTO_CLEAR(editor, editor_clear)

/* The package as the text has it now. */
static const vv_json *package_node(const editor *e)
{
	return e->d.rc < 0 ? NULL : e->s.root;
}

/* The resource as the text has it now; NULL: none. */
static const vv_json *find_resource(editor *e)
{
	return package_node(e) ? vv_package_match(&e->d, package_node(e), e->path) : NULL;
}

/* The schema object as the text has it now; NULL: none. */
static const vv_json *find_schema(editor *e)
{
	return vv_json_get(find_resource(e), "schema");
}

/* Sets a member of an object; NULL, and an array: adds an element. */
static void put_value(editor *e, const vv_json *node, const char *member, const vv_buf *value)
{
	vv_error *err = e->d.err;

	if (e->d.rc < 0) return;
	if (value->failed) {
		e->d.rc = vv_fail_nomem(err);
	} else if (member) {
		e->d.rc = vv_splice_set(&e->s, node, member, vv_buf_cstr(value), err);
	} else {
		e->d.rc = vv_splice_append(&e->s, node, vv_buf_cstr(value), err);
	}
}

static void remove_node(editor *e, const vv_json *node)
{
	if (node && e->d.rc == VV_OK) {
		e->d.rc = vv_splice_remove(&e->s, node, e->d.err);
	}
}

/* The one of the objects in the array that has this name; NULL: none has. */
static const vv_json *find_named(const vv_json *array, const char *name)
{
	return vv_json_find(array, n, vv_text_same(vv_json_get_string(n, "name"), name));
}

/* The file's name without extension, of the characters that resource names may have,
 * and with a number after it where another resource is called so. */
static const char *resource_name(editor *e)
{
	const vv_json *resources = vv_json_get(package_node(e), "resources");
	const char *base = vv_path_base(e->path), *dot = strrchr(base, '.');
	size_t len = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	char *name = vv_arena_strndup(&e->scratch, base, len), *numbered = name;

	for (size_t i = 0; name && i < len; i++) {
		const bool fits = vv_is_alnum(name[i]) || name[i] == '.' || name[i] == '_';

		name[i] = fits ? vv_to_lower(name[i]) : '-';
	}
	for (unsigned n = 2; numbered && find_named(resources, numbered); n++) {
		numbered = vv_arena_printf(&e->scratch, "%s-%u", name, n);
	}
	return numbered;
}

static void add_resource(editor *e)
{
	const char *profile = vv_json_get_string(package_node(e), "$schema");
	vv_auto(vv_buf) value = VV_BUF_INIT, none = VV_BUF_INIT;

	if (!vv_json_get(package_node(e), "resources")) {
		vv_buf_puts(&none, "[]");
		put_value(e, package_node(e), "resources", &none);
	}
	const char *name = resource_name(e);
	value.failed = !name;
	vv_buf_puts(&value, "{\"name\":");
	vv_json_put_string(&value, name, name ? strlen(name) : 0);
	vv_buf_puts(&value, profile && strstr(profile, "/2.")
				    ? ",\"type\":\"table\""
				    : ",\"profile\":\"tabular-data-resource\"");
	vv_buf_puts(&value, ",\"path\":");
	vv_json_put_string(&value, e->path, strlen(e->path));
	vv_buf_putc(&value, '}');
	put_value(e, vv_json_get(package_node(e), "resources"), NULL, &value);
}

/* Is the schema one that vv_package_find takes? */
static void check_schema(editor *e)
{
	const vv_json *schema = find_schema(e);
	vv_auto(vv_schema) read = {0};

	if (schema && schema->type != VV_JSON_STRING) {
		e->d.rc = vv_schema_read_node(&read, schema, e->s.file, e->d.err);
	}
}

static bool wants_schema(const vv_package_edit *edit)
{
	return edit->set_column || edit->key || edit->missing || edit->rename_from;
}

/* Makes sure that there is a resource with a schema of its own where one is needed. */
static void prepare_resource(editor *e)
{
	vv_auto(vv_buf) value = VV_BUF_INIT;
	const bool wants = wants_schema(e->edit);

	if (!find_resource(e)) {
		add_resource(e);
	}
	const vv_json *resource = find_resource(e), *schema = vv_json_get(resource, "schema");
	if (!resource) return;
	if (schema && schema->type == VV_JSON_STRING && wants) {
		e->d.rc = vv_fail(
			e->d.err, VV_EREFUSED,
			"the schema of '%s' is in another file, '%s', which varve does not "
			"edit\nedit that file, or move the schema into %s",
			vv_text_shows(e->path), vv_text_shows(schema->text), VV_PACKAGE_NAME);
	} else if (schema) {
		check_schema(e); /* later edits can rely on its shape */
	} else if (e->edit->schema) {
		vv_buf_puts(&value, e->edit->schema);
		put_value(e, resource, "schema", &value);
	} else if (wants) {
		e->d.rc = vv_fail(e->d.err, VV_EUSAGE, "'%s' has no schema to change",
				  vv_text_shows(e->path));
	}
}

/* The column's field; NULL after an error. VV_ENOTFOUND: no column has the name. */
static const vv_json *find_field(editor *e, const char *name)
{
	const vv_json *field = find_named(vv_json_get(find_schema(e), "fields"), name);

	if (!field && e->d.rc == VV_OK) {
		e->d.rc = vv_fail(e->d.err, VV_ENOTFOUND, "%s: '%s' has no column '%s'", e->s.file,
				  vv_text_shows(e->path), vv_text_shows(name));
	}
	return field;
}

/* Sets a member of the column's field to a string. */
static void set_text(editor *e, const char *column, const char *member, const char *text)
{
	vv_auto(vv_buf) value = VV_BUF_INIT;

	if (!text) return;
	vv_json_put_string(&value, text, strlen(text));
	put_value(e, find_field(e, column), member, &value);
}

static void set_type(editor *e)
{
	const vv_package_edit *edit = e->edit;
	vv_type type;

	if (!edit->set_column) return;
	if (edit->set_type && !vv_type_parse(&type, edit->set_type)) {
		e->d.rc = vv_fail(e->d.err, VV_EUSAGE, "'%s' is not a type of Table Schema",
				  vv_text_shows(edit->set_type));
		return;
	}
	set_text(e, edit->set_column, "type", edit->set_type);
	const vv_json *format = vv_json_get(find_field(e, edit->set_column), "format");
	if (edit->set_type && format && format->type == VV_JSON_STRING &&
	    !vv_type_has_format(type, format->text)) {
		remove_node(e, format);
	}
	set_text(e, edit->set_column, "format", edit->set_format);
	set_text(e, edit->set_column, "decimalChar", edit->set_decimal_char);
	set_text(e, edit->set_column, "groupChar", edit->set_group_char);
}

static const char *missing_value(const vv_json *item)
{
	if (item->type == VV_JSON_OBJECT) return vv_json_get_string(item, "value");
	return item->type == VV_JSON_STRING ? item->text : NULL;
}

/* The list of missing values of the owner, the column or the schema. Gives it an explicit list of those
 * that it inherited, if it has none. */
static const vv_json *find_missing(editor *e)
{
	const char *column = e->edit->missing_column;
	const vv_json *inherited = vv_json_get(find_schema(e), "missingValues");
	const vv_json *owner = column ? find_field(e, column) : find_schema(e);
	const vv_json *list = vv_json_get(owner, "missingValues");
	vv_auto(vv_buf) value = VV_BUF_INIT;

	if (list || !owner) return list;
	if (inherited) {
		vv_json_put_node(&value, inherited);
	} else {
		vv_buf_puts(&value, "[\"\"]");
	}
	put_value(e, owner, "missingValues", &value);
	return find_missing(e);
}

static void add_missing(editor *e, const char *value)
{
	const vv_json *list = find_missing(e);
	vv_auto(vv_buf) item = VV_BUF_INIT;

	if (!list || vv_json_find(list, n, vv_text_same(missing_value(n), value))) return;
	bool object = list->first && list->first->type == VV_JSON_OBJECT;
	vv_buf_puts(&item, object ? "{\"value\":" : "");
	vv_json_put_string(&item, value, strlen(value));
	vv_buf_puts(&item, object ? "}" : "");
	put_value(e, list, NULL, &item);
}

static void set_key(editor *e)
{
	const char *const *key = e->edit->key;
	vv_auto(vv_buf) value = VV_BUF_INIT;
	const vv_json *schema = key ? find_schema(e) : NULL;

	if (!schema) return;
	if (!key[0]) {
		remove_node(e, vv_json_get(schema, "primaryKey"));
		return;
	}
	for (size_t i = 0; key[i]; i++) {
		vv_buf_putc(&value, i > 0 ? ',' : '[');
		vv_json_put_string(&value, key[i], strlen(key[i]));
	}
	vv_buf_putc(&value, ']');
	put_value(e, schema, "primaryKey", &value);
}

/* Strings that are a column's old name. */
typedef struct mentions {
	const vv_json **nodes; /* room for as many as the document has strings */
	size_t count;
	const char *name;
} mentions;

static void mention_node(mentions *m, const vv_json *node)
{
	if (node && node->type == VV_JSON_STRING && strcmp(node->text, m->name) == 0) {
		m->nodes[m->count++] = node;
	}
}

/* A string, or an array of strings. */
static void mention_names(mentions *m, const vv_json *names)
{
	mention_node(m, names);
	for (const vv_json *n = names && names->type == VV_JSON_ARRAY ? names->first : NULL; n;
	     n = n->next) {
		mention_node(m, n);
	}
}

static void mention_in_schema(mentions *m, const vv_json *schema)
{
	const vv_json *fields = vv_json_get(schema, "fields"),
		      *unique = vv_json_get(schema, "uniqueKeys");

	for (const vv_json *n = fields ? fields->first : NULL; n; n = n->next) {
		mention_node(m, vv_json_get(n, "name"));
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

static void rename_column(editor *e)
{
	const char *from = e->edit->rename_from, *to = e->edit->rename_to;

	if (!from || strcmp(from, to) == 0) return;
	const vv_json *field = find_field(e, from), *resource = find_resource(e);
	if (!field || !resource) return;
	if (find_named(field->parent, to)) {
		e->d.rc = vv_fail(e->d.err, VV_EEXISTS, "%s: '%s' has a column '%s' already",
				  e->s.file, vv_text_shows(e->path), vv_text_shows(to));
		return;
	}
	mentions m = {.name = from};
	m.nodes = vv_descriptor_alloc(&e->d, count_nodes(package_node(e)), sizeof(*m.nodes));
	if (!m.nodes) return;
	const char *table = vv_json_get_string(resource, "name");
	mention_in_schema(&m, vv_json_get(resource, "schema"));
	for (const vv_json *n = resource->parent->first; n; n = n->next) {
		mention_in_foreign_keys(&m, n, n == resource, table);
	}
	e->d.rc = vv_splice_strings(&e->s, m.nodes, m.count, to, e->d.err);
}

vv_status vv_package_apply(vv_buf *out, const char *text, size_t len, const vv_package_edit *edit,
			   vv_error *err)
{
	size_t folder_len = vv_package_folder_len(edit->package_path);
	vv_auto(editor) e = {.edit = edit, .path = edit->path + folder_len};
	vv_status rc;

	e.d = (vv_descriptor){.file = edit->package_path, .arena = &e.scratch, .err = err};
	if (strncmp(edit->path, edit->package_path, folder_len) != 0) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not below the folder of '%s'",
			       vv_text_shows(edit->path), vv_text_shows(edit->package_path));
	}
	if (len == 0) {
		text = new_package;
		len = sizeof(new_package) - 1;
	}
	if ((rc = vv_splice_open(&e.s, text, len, edit->package_path, err)) < 0) return rc;
	prepare_resource(&e);
	if (e.d.rc < 0) return e.d.rc;
	set_type(&e);
	for (const char *const *m = edit->missing; m && *m; m++) {
		add_missing(&e, *m);
	}
	set_key(&e);
	rename_column(&e);
	check_schema(&e);
	if (e.d.rc == VV_EINPUT) {
		vv_prefix(err, "the change is invalid");
	}
	if (e.d.rc < 0) return e.d.rc;
	vv_buf_put(out, e.s.text.data, e.s.text.len);
	return vv_buf_ok(out, err);
}
