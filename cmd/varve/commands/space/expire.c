/*
 * expire: commits stay, rows of old versions go by a policy. A plan is the JSON of the command.
 */
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/schema/declared.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/vault_config.h"
#include "lib/space/expire.h"
#include "lib/space/expire_places.h"
#include "repo/blocks/reach.h"
#include "repo/git/blob.h"
#include "repo/git/history/revision.h"
#include "repo/git/tree.h"

#define PLAN_MAX ((uint64_t)1 << 30)
#define RULES_MAX ((uint64_t)64 << 20)

typedef struct options {
	const char *keep, *plan, *apply, *format;
	vv_strings remotes;
	bool quiet, now;
} options;

static const vv_option table[] = {
	OPT_STRING(
		0, "keep", keep, "POLICY",
		"the versions to keep of each table, such as last=30,daily=30,weekly=52,monthly=24 "
		"(default: \"keep\" in varve.json of HEAD)"),
	OPT_STRING(0, "plan", plan, "FILE", "also write the plan to this file"),
	OPT_STRING(0, "apply", apply, "FILE", "carry out the plan in this file"),
	OPT_LIST(0, "remote", remotes, "NAME",
		 "also free the versions at this Git host, or in its store; may be repeated"),
	OPT_FLAG(0, "now", now,
		 "with --apply: remove files of stores at once, not a week later; only if nothing "
		 "else writes to these stores"),
	OPT_JSON("the output format"),
	OPT_FLAG('q', "quiet", quiet, "print only warnings about places that were not freed"),
};

static const vv_option_rule option_rules[] = {
	{"--apply", .excludes = "--keep --plan --remote"},
	{"--now", .requires = "--apply"},
	{NULL, NULL, NULL},
};

static int check_expire(const vv_context *c)
{
	const options *o = c->options;

	return o->apply && c->argc > 0 ? vv_usage_error("--apply takes the files from the plan")
				       : VV_EXIT_OK;
}

/* --- the output ----------------------------------------------------------------------------------- */

static const char *const stay_words[VV_STAYS_COUNT] = {
	"last", "daily", "weekly", "monthly", "yearly", "named", "in use", "linked", "other"};

static void print_table(const vv_expire_table *t)
{
	const uint64_t stay = t->versions - t->goes - t->gone;
	const char *comma = " (";

	vv_out_between("", t->path, ": ");
	vv_out("%s: %s", vv_text_counted(t->versions, "version", NULL),
	       vv_text_counted(stay, "stays", "stay"));
	for (int i = 0; i < VV_STAYS_COUNT; i++) {
		if (t->by[i] > 0) {
			vv_out("%s%s %s", comma, vv_text_count(t->by[i]), stay_words[i]);
			comma = ", ";
		}
	}
	vv_out("%s", stay > 0 ? ")" : "");
	if (t->goes > 0) {
		vv_out(", %s", vv_text_counted(t->goes, "expires", "expire"));
	}
	if (t->gone > 0) {
		vv_out(", %s expired earlier", vv_text_count(t->gone));
	}
	vv_out("\n");
}

/* Who keeps the rows that are not freed there. */
static vv_status print_others(vv_repository *r, const char *const *remotes, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	const vv_status rc = vv_remote_names(&names, r, err);
	const char *before = remotes[0] ? "not freed: " : "freed here only; ";
	bool any = false;

	for (size_t i = 0; i < names.count; i++) {
		if (!vv_texts_have(remotes, names.items[i], strlen(names.items[i]))) {
			vv_out_between(any ? ", " : before, names.items[i], "");
			any = true;
		}
	}
	if (any) {
		vv_out(" and other clones keep their copies\n");
	} else if (remotes[0]) {
		vv_out("other clones, forks and published folders keep their copies\n");
	}
	return rc;
}

/* Before the plan is applied, an estimate. Versions that stay may take more room than they did beside those that went. */
static uint64_t bytes_freed(const vv_expire *e, bool applied)
{
	const vv_gc_result *g = &e->gc.result;

	if (!applied) return g->dropped_bytes;
	return g->bytes_before > g->bytes_after ? g->bytes_before - g->bytes_after : 0;
}

static vv_status print_text(const vv_expire *e, vv_repository *r, const char *const *remotes,
			    bool applied, vv_error *err)
{
	vv_array_each(e->tables, applied ? 0 : e->table_count, t) {
		print_table(t);
	}
	if (e->goes == 0 && (applied || !remotes[0] || e->count == 0)) {
		vv_out("nothing expires%s\n", applied && remotes[0] ? " here" : "");
		return VV_OK;
	}
	if (applied) {
		vv_out("%s, %s freed\n",
		       vv_text_counted(e->goes, "version expired", "versions expired"),
		       vv_text_bytes(bytes_freed(e, true)));
		return print_others(r, remotes, err);
	}
	vv_out("%s, about %s would be freed here\n",
	       vv_text_counted(e->goes, "version would expire", "versions would expire"),
	       vv_text_bytes(bytes_freed(e, false)));
	for (size_t i = 0; remotes[i]; i++) {
		vv_out_between("at ", remotes[i], ": ");
		vv_out("%s would be freed, if stored there\n",
		       vv_text_counted(e->count, "version", NULL));
	}
	vv_out("commits stay; days are those of the commits' dates, each in its own time zone\n");
	return VV_OK;
}

/* A place at which a plan was carried out. */
typedef struct freed_place {
	const char *remote, *place;
	const char *
		why; /* the reason why the place, or old versions of its files, were not freed; NULL: they were */
	int64_t removable;
} freed_place;

typedef struct freed_places {
	const options *o;
	vv_arena arena;
	freed_place *items;
	size_t count, cap;
} freed_places;

static void freed_places_clear(freed_places *f)
{
	vv_arena_clear(&f->arena);
	vv_free(f->items);
}
VV_AUTO_CLEAR(freed_places, freed_places_clear)

/* Also with --quiet, because the command did not do all that was asked. */
static vv_status add_place(freed_places *to, const char *remote, const char *place, const char *why,
			   int64_t removable, vv_error *err)
{
	const freed_place it = {vv_arena_strndup(&to->arena, remote, strlen(remote)),
				vv_arena_strndup(&to->arena, place, strlen(place)),
				why ? vv_arena_strndup(&to->arena, why, strlen(why)) : NULL,
				removable};

	if (!it.remote || !it.place || (why && !it.why) ||
	    !vv_array_add(to->items, to->count, to->cap, it)) {
		return vv_fail_nomem(err);
	}
	if (why && to->o->quiet) {
		vv_warn("%s: %s: not freed: %s", vv_text_shows(it.remote), it.place, it.why);
	} else if (why && !vv_wants_json(to->o->format)) {
		vv_out_between("", it.remote, ": ");
		vv_out("%s: not freed: %s\n", it.place, it.why);
	}
	return VV_OK;
}

static void print_swept(const vv_host_swept *s)
{
	vv_out("%s and ", vv_text_counted(s->removed.versions, "version", NULL));
	vv_out("%s (", vv_text_counted(s->removed.packs, "pack", NULL));
	vv_out("%s) removed", vv_text_bytes(s->removed.bytes));
	if (s->old.removed > 0) {
		vv_out(", and %s of files", vv_text_counted(s->old.removed, "old version", NULL));
	}
	vv_out("\n");
	if (s->removable > 0) {
		vv_out("more can be removed after %s: apply the plan again then\n",
		       vv_text_time(s->removable, VV_TIME_MINUTE));
	}
}

static void print_compacted(const vv_host_compacted *r)
{
	vv_out("%s -> ", vv_text_bytes(r->bytes_before));
	vv_out("%s%s\n", vv_text_bytes(r->bytes_after),
	       r->changed ? "; the host frees the earlier packs when it next collects garbage"
			  : "");
}

/* Is called for each place when it is finished. */
static vv_status on_freed(void *payload, const vv_expire_freed *f, vv_error *err)
{
	freed_places *to = payload;
	const char *place = vv_text_url(f->place);
	vv_auto(vv_buf) old = VV_BUF_INIT;
	vv_status rc;

	if (f->left) return add_place(to, f->remote, place, f->left, 0, err);
	if (!to->o->quiet && !vv_wants_json(to->o->format)) {
		vv_out_between("", f->remote, "");
		vv_out(": %s: ", place);
		if (f->gc->is_store) {
			print_swept(&f->gc->swept);
		} else {
			print_compacted(&f->gc->compacted);
		}
	}
	if (!f->gc->is_store) return add_place(to, f->remote, place, NULL, 0, err);
	vv_remote_gc_old_put(&old, &f->gc->swept.old);
	if ((rc = vv_buf_ok(&old, err)) < 0) return rc;
	return add_place(to, f->remote, place, old.len > 0 ? vv_buf_cstr(&old) : NULL,
			 f->gc->swept.removable, err);
}

/* Its copies are sealed, and only its program rewrites them. */
static vv_status add_vault(freed_places *to, vv_repository *r, vv_error *err)
{
	vv_cid id;
	const vv_status rc = vv_vault_id_read(&id, r, err);

	if (rc < 0 || vv_cid_is_null(&id)) return rc;
	return add_place(to, "vault", vv_cid_shows(&id), VV_VAULT_WHY_KEPT, 0, err);
}

static void put_freed_place(vv_json_out *w, const void *item)
{
	const freed_place *f = item;

	vv_json_put_object(w, {JSON_TEXT("remote", f->remote)}, {JSON_TEXT("place", f->place)},
			   {JSON_BOOL("freed", !f->why && f->removable == 0)},
			   {JSON_TEXT("reason", f->why)}, {JSON_TIME("removable", f->removable)});
}

static void put_stay(vv_json_out *w, const void *item)
{
	const vv_expire_table *t = item;

	vv_json_open_object(w);
	for (int i = 0; i < VV_STAYS_COUNT; i++) {
		vv_json_add_u64(w, stay_words[i], t->by[i]);
	}
	vv_json_close_object(w);
}

static void put_table(vv_json_out *w, const void *item)
{
	const vv_expire_table *t = item;

	vv_json_put_object(w, {JSON_TEXT("path", t->path)}, {JSON_NUMBER("versions", t->versions)},
			   {JSON_BY(put_stay, "stay", t)}, {JSON_NUMBER("expire", t->goes)},
			   {JSON_NUMBER("expiredEarlier", t->gone)});
}

/* gone: those that expired earlier, which places may still have. */
static void put_those(vv_json_out *w, const vv_expire *e, bool gone)
{
	vv_json_open_array(w);
	vv_array_each(e->versions, e->count, v) {
		if (v->gone == gone) {
			vv_json_put_object(
				w, {JSON_TEXT("root", vv_cid_shows(&v->root))},
				{JSON_TEXT("path", e->tables[v->table].path)},
				{JSON_OID("commit", &v->commit)},
				{JSON_TEXT("date", vv_text_zoned(v->time, v->offset_min))});
		}
	}
	vv_json_close_array(w);
}

static void put_versions(vv_json_out *w, const void *value)
{
	put_those(w, value, false);
}

static void put_earlier(vv_json_out *w, const void *value)
{
	put_those(w, value, true);
}

/* freed NULL: nothing was applied. */
static vv_status put_json(vv_buf *out, const vv_expire *e, const char *const *remotes,
			  const freed_places *freed, vv_error *err)
{
	const freed_places none = {.items = NULL}, *at = freed ? freed : &none;
	vv_auto(vv_buf) keep = VV_BUF_INIT;
	vv_json_out w = {.buf = out, .indent = 2};

	vv_retention_put(&keep, &e->policy);
	vv_json_put_object(&w, {JSON_TEXT("keep", vv_buf_cstr(&keep))},
			   {JSON_NAMES("paths", e->paths, vv_texts_count(e->paths))},
			   {JSON_NAMES("places", remotes, vv_texts_count(remotes))},
			   {JSON_BOOL("applied", freed != NULL)},
			   {JSON_NUMBER("bytes", bytes_freed(e, freed != NULL))},
			   {JSON_EACH(put_freed_place, "freedPlaces", at->items, at->count)},
			   {JSON_EACH(put_table, "tables", e->tables, e->table_count)},
			   {JSON_BY(put_versions, "versions", e)},
			   {JSON_BY(put_earlier, "earlier", e)});
	const vv_status rc = vv_buf_ok(&keep, err);
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status print_result(const options *o, const vv_expire *e, vv_repository *r,
			      const char *const *remotes, const freed_places *freed, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (!vv_wants_json(o->format) && o->quiet) return VV_OK;
	if (!vv_wants_json(o->format)) return print_text(e, r, remotes, freed != NULL, err);
	if ((rc = put_json(&text, e, remotes, freed, err)) < 0) return rc;
	return vv_out_json(&text, err);
}

/* --- making a plan -------------------------------------------------------------------------------- */

static vv_status no_policy(vv_error *err)
{
	return vv_fail(err, VV_EUSAGE,
		       "no policy: varve.json of HEAD has no member \"keep\"\n"
		       "pass --keep last=30,daily=30,weekly=52,monthly=24, or commit that member");
}

/* "keep" in varve.json of HEAD. */
static vv_status read_policy(vv_retention *out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_tree_entry) entry = {.path = NULL};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *keep;
	vv_json *top;
	vv_oid head;
	vv_status rc;

	if (vv_rev_commit(r, "HEAD", &head, VV_IGNORED) < 0) return no_policy(err);
	rc = vv_tree_entry_at(r, &head, VV_RULES_NAME, &entry, err);
	if (rc == VV_ENOTFOUND) return no_policy(err);
	if (rc < 0 || (rc = vv_blob_read(r, &entry.id, RULES_MAX, &text, err)) < 0 ||
	    (rc = vv_json_read(&top, &arena, vv_buf_cstr(&text), text.len, VV_RULES_NAME, err)) <
		    0) {
		return rc;
	}
	if (!(keep = vv_json_get_string(top, "keep"))) return no_policy(err);
	rc = vv_retention_parse(out, keep, err);
	return rc < 0 ? vv_prefix(err, "%s: \"keep\"", VV_RULES_NAME) : VV_OK;
}

static vv_status write_plan(const char *file, const vv_expire *e, const char *const *remotes,
			    vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = put_json(&text, e, remotes, NULL, err);

	if (rc < 0) return rc;
	vv_buf_putc(&text, '\n');
	rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_write_file(file, text.data, text.len, true, err);
}

/* A search for the versions that expire. */
typedef struct expire_search {
	vv_expire_places *places; /* the remotes whose refs count, too; NULL: none */
	vv_oids tips;             /* of these refs */
	vv_expire e;
} expire_search;

static void expire_search_clear(expire_search *f)
{
	vv_expire_clear(&f->e);
	vv_expire_places_close(f->places);
	vv_oids_clear(&f->tips);
}
VV_AUTO_CLEAR(expire_search, expire_search_clear)

static vv_status find_versions(expire_search *f, vv_context *c, const char *const *remotes,
			       vv_error *err)
{
	const options *o = c->options;
	vv_status rc;

	if (remotes[0] &&
	    (rc = vv_expire_places_open(&f->places, c->repo, remotes, vv_texts_count(remotes),
					&vv_notes_stderr, o->quiet, &f->tips, err)) < 0) {
		return rc;
	}
	f->e.tips = f->tips.items;
	f->e.tip_count = f->tips.count;
	return vv_expire_find(&f->e, c->repo, err);
}

static vv_status plan_versions(expire_search *f, vv_context *c, const char *const *remotes,
			       vv_error *err)
{
	const options *o = c->options;
	vv_status rc;

	if ((rc = find_versions(f, c, remotes, err)) < 0 ||
	    (rc = vv_expire_estimate(&f->e, c->repo, err)) < 0 ||
	    (o->plan && (rc = write_plan(o->plan, &f->e, remotes, err)) < 0)) {
		return rc;
	}
	return print_result(o, &f->e, c->repo, remotes, NULL, err);
}

static vv_status make_plan(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(expire_search) f = {.places = NULL};
	static const char *const none[] = {NULL};
	const char *const *remotes = o->remotes.count > 0 ? VV_TEXTS(o->remotes.items) : none;
	char **paths = NULL;
	vv_status rc = o->keep ? vv_retention_parse(&f.e.policy, o->keep, err)
			       : read_policy(&f.e.policy, c->repo, err);

	if (rc < 0 || (rc = vv_context_paths(&paths, c, 0, err)) < 0) return rc;
	f.e.paths = (const char *const *)paths;
	rc = plan_versions(&f, c, remotes, err);
	vv_context_paths_free(paths);
	return rc;
}

/* --- carrying one out ----------------------------------------------------------------------------- */

typedef struct plan {
	vv_arena arena;
	const char **paths, **remotes;
	vv_cid_set *roots, *earlier; /* those to free, and those that places may still have */
} plan;

static void plan_clear(plan *p)
{
	vv_cid_set_free(p->roots);
	vv_cid_set_free(p->earlier);
	vv_arena_clear(&p->arena);
}
VV_AUTO_CLEAR(plan, plan_clear)

static vv_status bad_plan(const char *file, const char *what, vv_error *err)
{
	return vv_fail(err, VV_EINPUT,
		       "%s: %s\n'varve expire --keep POLICY --plan FILE' writes a plan",
		       vv_text_shows(file), what);
}

/* A member that is missing, as in plans of earlier versions of varve, has no names. */
static vv_status read_names(const char ***out, plan *p, const vv_json *list, const char *file,
			    vv_error *err)
{
	size_t count = 0;

	if (list && list->type != VV_JSON_ARRAY) {
		return bad_plan(file, "\"paths\" and \"places\" require arrays", err);
	}
	*out = vv_arena_calloc(&p->arena, (list ? list->count : 0) + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	for (const vv_json *m = list ? list->first : NULL; m; m = m->next) {
		if (m->type != VV_JSON_STRING) {
			return bad_plan(file, "\"paths\" and \"places\" require strings", err);
		}
		(*out)[count++] = m->text;
	}
	return VV_OK;
}

static vv_status read_roots(vv_cid_set **out, const vv_json *list, const char *file, vv_error *err)
{
	vv_cid root;
	vv_status rc;

	if (!(*out = vv_cid_set_new())) return vv_fail_nomem(err);
	for (const vv_json *m = list ? list->first : NULL; m; m = m->next) {
		const char *text = vv_json_get_string(m, "root");

		if (!text || vv_cid_parse(&root, text, strlen(text), VV_IGNORED) < 0) {
			return bad_plan(file, "\"versions\" requires objects with a \"root\"", err);
		}
		if ((rc = vv_cid_set_note(*out, &root, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status read_plan_lists(plan *p, const vv_json *top, const char *file, vv_error *err)
{
	const vv_json *paths = vv_json_get(top, "paths"), *list = vv_json_get(top, "versions");
	vv_status rc;

	if (!paths || !list || list->type != VV_JSON_ARRAY) {
		return bad_plan(file, "not a plan: expected \"paths\" and \"versions\"", err);
	}
	if ((rc = read_names(&p->paths, p, paths, file, err)) < 0 ||
	    (rc = read_names(&p->remotes, p, vv_json_get(top, "places"), file, err)) < 0 ||
	    (rc = read_roots(&p->roots, list, file, err)) < 0) {
		return rc;
	}
	return read_roots(&p->earlier, vv_json_get(top, "earlier"), file, err);
}

static vv_status read_plan(plan *p, vv_retention *policy, const char *file, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json *top;
	vv_status rc;

	if ((rc = vv_read_file(&text, file, PLAN_MAX, err)) < 0 ||
	    (rc = vv_json_read(&top, &p->arena, vv_buf_cstr(&text), text.len, file, err)) < 0) {
		return rc;
	}
	const char *keep = vv_json_get_string(top, "keep");
	if (!keep) return bad_plan(file, "not a plan: expected a member \"keep\"", err);
	rc = vv_retention_parse(policy, keep, err);
	return rc < 0 ? vv_prefix(err, "%s", vv_text_shows(file))
		      : read_plan_lists(p, top, file, err);
}

/* The versions that the policy keeps now must be those of the plan. An interrupted run, or one of
 * another process, may have removed some of the plan. */
static vv_status compare_plan(const plan *p, const vv_expire *e, vv_error *err)
{
	size_t planned = 0;

	vv_array_each(e->versions, e->count, v) {
		const bool has = vv_cid_set_has(p->roots, &v->root);

		planned += has;
		if (!has && !v->gone) {
			return vv_fail(err, VV_EREFUSED,
				       "the plan is outdated: %s of %.10s would expire, too\n"
				       "make a new plan",
				       vv_text_shows(e->tables[v->table].path),
				       vv_text_zoned(v->time, v->offset_min));
		}
	}
	if (planned < vv_cid_set_count(p->roots)) {
		return vv_fail(
			err, VV_EREFUSED,
			"the plan is outdated: %s of it would stay\nmake a new plan",
			vv_text_counted(vv_cid_set_count(p->roots) - planned, "version", NULL));
	}
	return VV_OK;
}

/* The versions of the plan that no place should have. */
static vv_status free_places(freed_places *to, expire_search *f, const plan *p, vv_error *err)
{
	vv_auto(vv_cid_set) *drop = vv_cid_set_new();
	vv_status rc = drop ? VV_OK : vv_fail_nomem(err);

	vv_array_each(f->e.versions, f->e.count, v) {
		if (rc == VV_OK &&
		    (vv_cid_set_has(p->roots, &v->root) || vv_cid_set_has(p->earlier, &v->root))) {
			rc = vv_cid_set_note(drop, &v->root, err);
		}
	}
	if (rc < 0) return rc;
	const vv_remote_gc how = {.drop = drop, .drop_now = to->o->now};
	return vv_expire_places_free(f->places, &how, on_freed, to, err);
}

static vv_status apply_plan(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(plan) p = {.arena = VV_ARENA_INIT};
	vv_auto(expire_search) f = {.places = NULL};
	vv_auto(freed_places) freed = {.o = o};
	vv_expire *e = &f.e;
	vv_status rc = read_plan(&p, &e->policy, o->apply, err);

	e->paths = p.paths;
	if (rc < 0 || (rc = find_versions(&f, c, p.remotes, err)) < 0 ||
	    (rc = compare_plan(&p, e, err)) < 0) {
		return rc;
	}
	/* the data here is removed last: a place may need it (expire_places.h) */
	if (f.places && e->count > 0 &&
	    ((rc = vv_expire_list(e, c->repo, err)) < 0 ||
	     (rc = free_places(&freed, &f, &p, err)) < 0)) {
		return rc;
	}
	if ((e->goes > 0 && (rc = vv_expire_apply(e, c->repo, err)) < 0) ||
	    (e->count > 0 && (rc = add_vault(&freed, c->repo, err)) < 0)) {
		return rc;
	}
	return print_result(o, e, c->repo, p.remotes, &freed, err);
}

static vv_status run_expire(vv_context *c, vv_error *err)
{
	const options *o = c->options;

	return o->apply ? apply_plan(c, err) : make_plan(c, err);
}

static const vv_absent_option absent[] = {
	{"dry-run n", .hint = "without --apply nothing is removed: omit it"},
	{.names = NULL},
};

const vv_command vv_cmd_expire = {
	.name = "expire",
	.group = "care",
	.summary = "remove rows of old versions by a policy; their commits stay",
	.usage = "--keep POLICY [--remote NAME]... [--plan FILE] [PATH...]\n--apply FILE [--now]",
	.example = "$ varve expire --keep last=2,daily=7 --plan plan.json\n"
		   "prices.csv: 12 versions: 7 stay (2 last, 5 daily), 5 expire\n"
		   "5 versions would expire, about 2.5 kB would be freed here\n"
		   "commits stay; days are those of the commits' dates, each in its own time zone\n"
		   "$ varve expire --apply plan.json\n"
		   "5 versions expired, 2.6 kB freed",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.absent = absent,
	.rules = option_rules,
	.arguments = "path",
	.check = check_expire,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_expire,
};
