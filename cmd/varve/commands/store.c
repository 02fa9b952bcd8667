/*
 * store: buckets and folders that keep the blocks of this repository.
 */
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/data_store.h"
#include "lib/remotes/named_store.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/store_trial.h"
#include "repo/git/config.h"
#include "repo/git/history/history.h"
#include "transport/line/url.h"

#define TRIAL_SEC 5u /* for each answer */

typedef struct options {
	const char *format, *push_url;
	bool usual;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "default", usual, "with add: push only to this store"),
	OPT_STRING(0, "push-url", push_url, "URL", "with add: write the store's files to URL"),
	OPT_JSON("the output format"),
};

/* --- list -------------------------------------------------------------------------------- */

static void list_json(vv_json_out *w, const vv_store_config *s, bool usual, bool own)
{
	vv_json_put_object(w, {JSON_TEXT("name", s->name)}, {JSON_URL("url", s->url)},
			   {JSON_URL("pushUrl", s->push_url ? s->push_url : s->url)},
			   {JSON_BOOL("default", usual)}, {JSON_BOOL("own", own)});
}

/* Lists the remotes' settings (remote.<name>.varveUrl), which are not in .varveconfig. */
static vv_status list_own(vv_json_out *w, vv_repository *r, bool json, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_status rc = vv_remote_names(&names, r, err);

	for (size_t i = 0; rc == VV_OK && i < names.count; i++) {
		vv_auto(vv_remote) m = {.name = NULL};
		const char *url;

		if ((rc = vv_remote_find(&m, r, names.items[i], err)) < 0 ||
		    !(url = vv_store_own(&m))) {
			continue;
		}
		if (json) {
			const vv_store_config s = {.name = names.items[i],
						   .url = (char *)(uintptr_t)url};
			list_json(w, &s, true, true);
		} else {
			vv_out("%s\t%s (set in this clone only)\n", vv_text_shows(names.items[i]),
			       vv_text_url(url));
		}
	}
	return rc;
}

static vv_status list_stores(vv_repository *r, const options *o, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_auto(vv_blocks_config) c = {0};
	vv_json_out w = vv_json_begin_array(&b, 2);
	vv_status rc = vv_blocks_config_read_work(&c, r, err);

	if (rc < 0) return rc;
	const vv_store_config *usual = vv_blocks_config_store(&c, NULL);
	vv_array_each(c.stores, c.store_count, s) {
		if (s->url && vv_wants_json(o->format)) {
			list_json(&w, s, s == usual, false);
		} else if (s->url) {
			vv_out("%s\t%s%s\n", vv_text_shows(s->name), vv_text_url(s->url),
			       s == usual ? " (default)" : "");
		}
	}
	rc = list_own(&w, r, vv_wants_json(o->format), err);
	vv_json_close_array(&w);
	if (rc < 0 || !vv_wants_json(o->format)) return rc;
	return vv_out_json(&b, err);
}

/* --- test -------------------------------------------------------------------------------- */

/* named: as .varveconfig names it; NULL: by the user. */
static vv_status try_url(vv_repository *r, const char *url, const char *named, bool make,
			 vv_store_trial *out, vv_error *err)
{
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_place) place = {0};
	vv_auto(char) *whole = NULL;
	vv_status rc = vv_transfer_open(&t, r, &vv_notes_stderr, true, TRIAL_SEC, err);

	t.connect.first_sec = TRIAL_SEC;
	if (rc < 0 || (rc = vv_store_url_absolute(&whole, r, url, err)) < 0 ||
	    (named && (rc = vv_data_store_may(&t, named, whole, err)) < 0) ||
	    (make && (rc = vv_data_store_check_links(r, whole, err)) < 0) ||
	    (rc = vv_data_store_open(&place, whole, &t.connect, make, err)) < 0) {
		return rc;
	}
	return vv_store_try(out, &place, err);
}

/* Tries both URLs if there are two: reads from one, writes to the other. */
static vv_status try_store(vv_repository *r, const char *url, const char *push_url,
			   const char *named, bool make, vv_store_trial *out, vv_error *err)
{
	vv_store_trial pushed;
	vv_status rc = VV_OK;

	if (push_url && (rc = try_url(r, push_url, named, make, &pushed, err)) < 0) return rc;
	if ((rc = try_url(r, url, named, make && !push_url, out, err)) == VV_OK && push_url) {
		out->writes = pushed.writes;
		out->lists = pushed.lists;
		out->removes = pushed.removes;
		out->ms += pushed.ms;
		out->why = pushed.why;
	}
	return rc;
}

static const char *yes_or_no(bool is)
{
	return is ? "yes" : "no";
}

static vv_status print_trial(const options *o, const char *name, const char *url,
			     const vv_store_trial *t, vv_error *err)
{
	if (!vv_wants_json(o->format)) {
		vv_out("%s: %s\n", vv_text_shows(name), vv_text_url(url));
		vv_out("  read %s, ranges %s, write %s, list %s, remove %s\n", yes_or_no(t->reads),
		       yes_or_no(t->ranges), yes_or_no(t->writes), yes_or_no(t->lists),
		       yes_or_no(t->removes));
		if (t->who[0]) {
			vv_out("  as %s\n", vv_text_shows(t->who));
		}
		if (t->why.code != VV_OK) {
			vv_out("  %s\n", t->why.message);
		}
		return VV_OK;
	}
	return vv_out_object(2, err, {JSON_TEXT("name", name)}, {JSON_URL("url", url)},
			     {JSON_BOOL("reads", t->reads)}, {JSON_BOOL("ranges", t->ranges)},
			     {JSON_BOOL("writes", t->writes)}, {JSON_BOOL("lists", t->lists)},
			     {JSON_BOOL("removes", t->removes)},
			     {JSON_TEXT("who", t->who[0] ? t->who : NULL)},
			     {JSON_TEXT("why", t->why.code != VV_OK ? t->why.message : NULL)});
}

static vv_status print_test(vv_context *c, const char *name, const char *url, const char *push_url,
			    const char *named, vv_error *err)
{
	vv_store_trial trial;
	vv_status rc = try_store(c->repo, url, push_url, named, false, &trial, err);

	if (rc < 0 || (rc = print_trial(c->options, name, url, &trial, err)) < 0) return rc;
	c->code = trial.reads && trial.writes ? VV_EXIT_OK : VV_EXIT_NO;
	return VV_OK;
}

/* name NULL: of the remote that pushes go to. *done: it has one, which was tried. */
static vv_status test_own(vv_context *c, const char *name, bool *done, vv_error *err)
{
	vv_auto(vv_remote) m = {.name = NULL};
	vv_auto(vv_head) head = {0};
	vv_auto(char) *usual = NULL;
	const char *url;

	*done = false;
	if ((!name && (vv_head_read(c->repo, &head, VV_IGNORED) < 0 ||
		       vv_remote_default(&usual, c->repo, head.branch, true, VV_IGNORED) < 0)) ||
	    vv_remote_find(&m, c->repo, name ? name : usual, VV_IGNORED) < 0 || !m.name ||
	    !(url = vv_store_own(&m))) {
		return VV_OK;
	}
	*done = true;
	return print_test(c, m.name, url, NULL, NULL, err);
}

static vv_status test_store(vv_context *c, const char *name, vv_error *err)
{
	vv_auto(vv_blocks_config) config = {0};
	bool done = false;
	vv_status rc = name ? VV_OK : test_own(c, NULL, &done, err);

	if (rc < 0 || done || (rc = vv_blocks_config_read_work(&config, c->repo, err)) < 0) {
		return rc;
	}
	const vv_store_config *s = vv_blocks_config_store(&config, name);
	if (name && (!s || !s->url)) {
		rc = test_own(c, name, &done, err);
	}
	if (done || rc < 0) {
		/* it was tried */
	} else if (!s || !s->url) {
		vv_auto(vv_buf) which = VV_BUF_INIT;

		if (name) {
			vv_buf_printf(&which, " '%s'", vv_text_shows(name));
		}
		rc = vv_fail(err, VV_ENOTFOUND,
			     VV_BLOCKS_CONFIG " has no store%s\n"
					      "'varve store add NAME URL' adds one",
			     vv_buf_cstr(&which));
	} else {
		rc = print_test(c, s->name, s->url, s->push_url, s->name, err);
	}
	return rc;
}

/* --- add ---------------------------------------------------------------------------------- */

/* .varveconfig has folders as seen from the top of the work tree, the command line as seen from here. *out is the
 * caller's; NULL for NULL. */
static vv_status seen_from_top(char **out, vv_repository *r, const char *url, vv_error *err)
{
	vv_auto(char) *here = NULL;
	vv_url u;
	size_t len;

	*out = NULL;
	if (!url) return VV_OK;
	bool folder = vv_url_read(&u, url, VV_IGNORED) == VV_OK;
	if (folder) {
		folder = u.kind == VV_URL_PATH && !vv_path_is_absolute(url) &&
			 strcmp(u.path, url) == 0;
		vv_url_clear(&u);
	}
	if (!folder || vv_repository_is_bare(r) ||
	    vv_repository_relative(&here, r, ".", VV_IGNORED) < 0 || !*here) {
		*out = vv_strdup(url);
		return *out ? VV_OK : vv_fail_nomem(err);
	}
	for (len = strlen(here);
	     len > 0 && strncmp(url, "..", 2) == 0 && (url[2] == '/' || url[2] == '\0');) {
		url += 2 + strspn(url + 2, "/");
		while (len > 0 && here[--len] != '/') {
		}
	}
	here[len] = '\0';
	if (len > 0 && *url) {
		*out = vv_path_join(here, url, (char *)NULL);
	} else if (len > 0) {
		*out = vv_strdup(here);
	} else {
		*out = vv_strdup(*url ? url : ".");
	}
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* rclone:REMOTE:PATH. A commit cannot name it: it is a setting of this clone, of a remote of git. */
static vv_status add_own(vv_context *c, const char *name, const char *url, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_remote) m = {.name = NULL};
	vv_auto(char) *key = NULL;
	vv_store_trial trial;
	const char *own;
	vv_status rc = vv_remote_find(&m, c->repo, name, err);

	if (rc < 0 || !m.name) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not a remote of this repository\n"
			       "an rclone store is a setting of a remote: 'varve store add "
			       "origin rclone:...'",
			       vv_text_shows(name));
	}
	if (o->push_url || o->usual) {
		return vv_fail(err, VV_EUSAGE,
			       "--push-url and --default cannot be used with an rclone store");
	}
	if ((own = vv_store_own(&m)) != NULL && strcmp(own, url) != 0) {
		vv_fail(err, VV_EEXISTS, "the remote '%s' already has a store: %s",
			vv_text_shows(m.name), vv_text_url(own));
		return vv_hint_code(err, VV_HINT_STORE_REMOVE, m.name);
	}
	if (!(key = vv_remote_key(m.name, "varveUrl"))) return vv_fail_nomem(err);
	if ((rc = try_store(c->repo, url, NULL, NULL, true, &trial, err)) < 0 ||
	    (trial.reads && (rc = vv_config_set(c->repo, key, url, err)) < 0) ||
	    (rc = print_trial(o, m.name, url, &trial, err)) < 0) {
		return rc;
	}
	c->code = trial.reads ? VV_EXIT_OK : VV_EXIT_NO;
	if (trial.reads) {
		vv_note("hint: %s is set in this clone only; other clones have to set it, too",
			vv_text_shows(key));
	}
	return VV_OK;
}

static vv_status add_store(vv_context *c, const char *name, const char *given, vv_error *err)
{
	const options *o = c->options;
	vv_auto(char) *url = NULL, *push_url = NULL;
	vv_store_trial trial;
	vv_status rc;

	if (strncmp(given, "rclone:", 7) == 0) return add_own(c, name, given, err);
	if ((rc = seen_from_top(&url, c->repo, given, err)) < 0 ||
	    (rc = seen_from_top(&push_url, c->repo, o->push_url, err)) < 0) {
		return rc;
	}
	const vv_store_naming n = {
		.name = name, .url = url, .push_url = push_url, .usual = o->usual};

	if ((rc = vv_store_name_check(c->repo, &n, err)) < 0 ||
	    (rc = try_store(c->repo, url, push_url, NULL, true, &trial, err)) < 0 ||
	    (trial.reads && (rc = vv_store_name(c->repo, &n, err)) < 0) ||
	    (rc = print_trial(o, name, url, &trial, err)) < 0) {
		return rc;
	}
	c->code = trial.reads ? VV_EXIT_OK : VV_EXIT_NO;
	if (trial.reads) {
		if (vv_path_is_absolute(url) || strncmp(url, "file:", 5) == 0) {
			vv_warn("%s is a path of this machine: a clone on another one finds the store only if it has that path, too",
				vv_text_url(url));
		}
		vv_note("hint: commit " VV_BLOCKS_CONFIG
			": 'varve add %s' and 'varve commit'; the next push sends new blocks there, "
			"and 'varve push --blocks' sends those of all versions that were pushed "
			"before",
			vv_hint_path(VV_BLOCKS_CONFIG));
	}
	return VV_OK;
}

/* --- words -------------------------------------------------------------------------------- */

static int check_store(const vv_context *c)
{
	const options *o = c->options;
	const char *word = c->argc > 0 ? c->argv[0] : "list";

	if ((strcmp(word, "list") == 0 && c->argc <= 1) ||
	    (strcmp(word, "test") == 0 && c->argc <= 2) ||
	    (strcmp(word, "add") == 0 && c->argc == 3)) {
		return VV_EXIT_OK;
	}
	if (strcmp(word, "remove") == 0 && c->argc == 2) {
		return vv_check_json(vv_wants_json(o->format), false, "store list --json");
	}
	return vv_usage_error("store requires add NAME URL, list, test [NAME] or remove NAME");
}

static vv_status run_store(vv_context *c, vv_error *err)
{
	const char *word = c->argc > 0 ? c->argv[0] : "list";

	if (strcmp(word, "add") == 0) return add_store(c, c->argv[1], c->argv[2], err);
	if (strcmp(word, "test") == 0) return test_store(c, c->argc > 1 ? c->argv[1] : NULL, err);
	return strcmp(word, "remove") == 0 ? vv_store_forget(c->repo, c->argv[1], err)
					   : list_stores(c->repo, c->options, err);
}

const vv_command vv_cmd_store = {
	.name = "store",
	.group = "peers",
	.summary = "keep blocks in a bucket or a folder",
	.usage =
		"list [--json | --format FORMAT]\nadd [--default] [--push-url URL] NAME URL\ntest [--json | --format FORMAT] [NAME]\n"
		"remove NAME",
	.example = "$ varve store add team s3://acme-data/sales\n"
		   "team: s3://acme-data/sales\n"
		   "  read yes, ranges yes, write yes, list yes, remove yes\n"
		   "  as the key ...MPLE, region eu-west-1, at s3.eu-west-1.amazonaws.com\n"
		   "$ varve add .varveconfig\n"
		   "$ varve commit -m \"Keep blocks in the bucket\"",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.exit_codes = "the store cannot be read or written",
	.check = check_store,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_store,
};
