/*
 * column_rename: finds the places where a schema names its columns.
 */
#include "lib/worktree/column_rename.h"

#include <string.h>

#include "base/arena.h"
#include "base/json/json.h"

/* The text with some strings replaced: places in ascending order. */
typedef struct splice {
	vv_buf *out;
	const char *json;
	size_t done; /* copied so far */
	const char *from, *to;
} splice;

static void replace_node(splice *s, const vv_json *node)
{
	vv_buf_put(s->out, s->json + s->done, node->start - s->done);
	vv_json_put_string(s->out, s->to, strlen(s->to));
	s->done = node->end;
}

static bool is_name(const splice *s, const vv_json *node)
{
	return node->type == VV_JSON_STRING && strcmp(node->text, s->from) == 0 &&
	       strlen(s->from) == node->text_len;
}

/* A string, an array of strings, or an array of these: every one that is the name. */
static void replace_names(splice *s, const vv_json *node)
{
	if (is_name(s, node)) {
		replace_node(s, node);
	}
	for (const vv_json *a = node->type == VV_JSON_ARRAY ? node->first : NULL; a; a = a->next) {
		if (is_name(s, a)) {
			replace_node(s, a);
		}
		for (const vv_json *b = a->type == VV_JSON_ARRAY ? a->first : NULL; b;
		     b = b->next) {
			if (is_name(s, b)) {
				replace_node(s, b);
			}
		}
	}
}

static void replace_field(splice *s, const vv_json *fields, size_t place)
{
	const vv_json *field = fields->first;

	for (size_t i = 0; field && i < place; i++) {
		field = field->next;
	}
	const vv_json *name = field ? vv_json_get(field, "name") : NULL;
	if (name && is_name(s, name)) {
		replace_node(s, name);
	}
}

vv_status vv_rename_in_schema(vv_buf *out, const char *json, size_t json_len, size_t place,
			      const char *from, const char *to, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	splice s = {.out = out, .json = json, .from = from, .to = to};
	vv_json *root;
	vv_status rc;

	if ((rc = vv_json_read(&root, &arena, json, json_len, "schema", err)) < 0) return rc;
	for (const vv_json *member = root->first; member; member = member->next) {
		if (strcmp(member->name, "fields") == 0) {
			replace_field(&s, member, place);
		} else if (strcmp(member->name, "primaryKey") == 0 ||
			   strcmp(member->name, "uniqueKeys") == 0) {
			replace_names(&s, member);
		} else if (strcmp(member->name, "foreignKeys") == 0) {
			for (const vv_json *key = member->first; key; key = key->next) {
				const vv_json *fields = vv_json_get(key, "fields");

				if (fields) {
					replace_names(&s, fields);
				}
			}
		}
	}
	return vv_buf_write(out, json + s.done, json_len - s.done, err);
}
