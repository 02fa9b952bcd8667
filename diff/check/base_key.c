/*
 * base_key: knows how it is found out that the base's key no longer holds: where the version still
 * has that key this is its own business (primary-key, dataset/check/check.h); where its key is
 * another one, or it has none, the base's is held against it by the same means.
 */
#include <string.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "diff/check/base_internal.h"

/* The base's key in a version whose columns may have other names. */
typedef struct old_key {
	const char **names; /* in t; NULL-ended */
	size_t count;
	vv_buf text; /* "id, day", as the base calls them */
} old_key;

typedef struct relay {
	base_check *c;
	const vv_rule_setting *setting;
	const char *expected;
} relay;

static void put_names(vv_buf *out, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(out, "%s%s", i ? ", " : "", vv_text_shows(names[i]));
	}
}

static void recode(vv_finding *f, const relay *r)
{
	f->rule = r->setting->rule->code;
	f->severity = r->setting->severity;
	f->expected = r->expected;
}

static vv_status relay_finding(void *payload, const vv_finding *f, vv_error *err)
{
	relay *r = payload;
	vv_finding mine = *f;

	recode(&mine, r);
	return r->c->o->finding(r->c->o->payload, &mine, err);
}

static vv_status relay_more(void *payload, const vv_finding *f, uint64_t count, vv_error *err)
{
	relay *r = payload;
	vv_finding mine = *f;

	recode(&mine, r);
	return r->c->o->more ? r->c->o->more(r->c->o->payload, &mine, count, err) : VV_OK;
}

/* t's schema with the base's key for its only key. */
static vv_status make_schema(vv_buf *out, const vv_table *t, const char *const *key, vv_error *err)
{
	vv_json_out w;

	vv_json_out_init(&w, out, 0);
	vv_json_open_object(&w);
	for (const vv_json *m = t->schema.json ? t->schema.json->first : NULL; m; m = m->next) {
		vv_buf value = VV_BUF_INIT;

		if (strcmp(m->name, "primaryKey") == 0 || strcmp(m->name, "uniqueKeys") == 0 ||
		    strcmp(m->name, "foreignKeys") == 0) {
			continue;
		}
		vv_json_put_node(&value, m);
		vv_json_name(&w, m->name);
		vv_json_raw(&w, vv_buf_cstr(&value), value.len);
		if (value.failed) {
			out->failed = true;
		}
		vv_buf_clear(&value);
	}
	vv_json_name(&w, "primaryKey");
	vv_json_open_array(&w);
	for (; *key; key++) {
		vv_json_string(&w, *key);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	return vv_buf_ok(out, err);
}

static vv_status check_unique(base_check *c, const vv_rule_setting *s, const old_key *key,
			      vv_error *err)
{
	static const char *const codes[] = {"primary-key"};
	vv_buf schema = VV_BUF_INIT, expected = VV_BUF_INIT;
	relay r = {c, s, NULL};
	vv_check_result result = {0};
	vv_rule_set rules;
	vv_check_options o = {.rules = &rules,
			      .path = c->o->path,
			      .commit = c->o->commit,
			      .schema_name = "the base's schema",
			      .limit = c->o->limit,
			      .finding = relay_finding,
			      .more = relay_more,
			      .payload = &r,
			      .cache = c->o->cache,
			      .temp_dir = c->o->temp_dir,
			      .pool = c->o->pool,
			      .progress = c->o->progress};
	vv_status rc = vv_rule_set_for(&rules, NULL, c->o->path ? c->o->path : "", err);

	if (rc < 0) {
		return rc;
	}
	vv_buf_printf(&expected, "the key (%s) holds in the base", vv_buf_cstr(&key->text));
	r.expected = vv_buf_cstr(&expected);
	if ((rc = vv_buf_ok(&expected, err)) == VV_OK &&
	    (rc = vv_rule_set_only(&rules, codes, 1, err)) == VV_OK &&
	    (rc = make_schema(&schema, c->t, key->names, err)) == VV_OK) {
		o.schema = vv_buf_cstr(&schema);
		o.schema_len = schema.len;
		rc = vv_check_table(&result, c->t, &o, err);
		vv_check_result_clear(&result);
	}
	vv_rule_set_clear(&rules);
	vv_buf_clear(&schema);
	vv_buf_clear(&expected);
	return rc;
}

/* A column of the key is gone: one finding, whatever the rows are. */
static vv_status give_gone(base_check *c, const vv_rule_setting *s, const old_key *key,
			   const char *column, vv_error *err)
{
	base_quota q = {0};
	vv_finding f = base_finding(c, s);

	f.column = column;
	vv_buf_printf(&c->message, "a column of the key (%s) is gone", vv_buf_cstr(&key->text));
	vv_buf_printf(&c->expected, "the key (%s) of the base", vv_buf_cstr(&key->text));
	return base_give(c, &q, &f, err);
}

/* The base's key under t's names; *gone: a column that t does not have. */
static vv_status find_key(old_key *out, base_check *c, const char **gone, vv_error *err)
{
	out->names = vv_calloc(c->base->root.key_count + 1, sizeof(*out->names));
	if (!out->names) {
		return vv_fail_nomem(err);
	}
	put_names(&out->text, c->base->root.key, c->base->root.key_count);
	for (size_t i = 0; i < c->base->root.key_count; i++) {
		const char *name = c->base->root.key[i];
		long a = vv_schema_find(&c->base->schema, name, strlen(name));
		long b = a < 0 ? -1 : vv_columns_to_new(&c->columns, (size_t)a);

		if (b < 0) {
			*gone = name;
		} else {
			out->names[out->count++] = c->t->schema.fields[b].name;
		}
	}
	return vv_buf_ok(&out->text, err);
}

static bool is_own_key(const base_check *c, const old_key *key)
{
	if (key->count != c->t->root.key_count) {
		return false;
	}
	for (size_t i = 0; i < key->count; i++) {
		if (strcmp(key->names[i], c->t->root.key[i]) != 0) {
			return false;
		}
	}
	return true;
}

vv_status base_check_key(base_check *c, vv_error *err)
{
	const vv_rule_setting *s = base_setting(c, "key-broken", NULL);
	const char *gone = NULL;
	old_key key = {0};
	vv_status rc;

	if (!s || c->base->root.key_count == 0) {
		return VV_OK;
	}
	if ((rc = find_key(&key, c, &gone, err)) == VV_OK) {
		if (gone) {
			rc = give_gone(c, s, &key, gone, err);
		} else if (!is_own_key(c, &key)) {
			rc = check_unique(c, s, &key, err);
		}
	}
	vv_free(key.names);
	vv_buf_clear(&key.text);
	return rc;
}
