/*
 * remote: other repositories, by name.
 */
#include <string.h>

#include "base/file.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/git_words.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/transfer.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "transport/line/url.h"

typedef struct options {
	bool verbose, push;
	const char *format, *program;
	vv_strings peers;
} options;

static const vv_option table[] = {
	OPT_FLAG('v', "verbose", verbose, "also list their URLs"),
	OPT_JSON("the output format"),
	OPT_FLAG(0, "push", push, "set-url, get-url: the URL to push to"),
	OPT_LIST(0, "peer", peers, "URL", "add: get blocks from there as well; may be repeated"),
	OPT_STRING(0, "varve", program, "PROGRAM",
		   "add: the name of the program varve on the far side of ssh"),
};

static vv_status set(vv_repository *r, const char *name, const char *key, const char *value,
		     vv_error *err)
{
	vv_auto(char) *full = vv_remote_key(name, key);
	return full ? vv_config_set(r, full, value, err) : vv_fail_nomem(err);
}

static vv_status need(vv_repository *r, const char *name, vv_remote *out, vv_error *err)
{
	vv_status rc = vv_remote_find(out, r, name, err);
	if (rc == VV_OK && !out->name) {
		vv_remote_clear(out);
		rc = vv_fail(err, VV_ENOTFOUND, "there is no remote '%s'", vv_text_shows(name));
		vv_hint(err, "'varve remote' lists them");
	}
	return rc;
}

/* --- list -------------------------------------------------------------------------------- */

static void list_text(const vv_remote *m, bool verbose)
{
	if (!verbose) {
		vv_out_text(m->name, strlen(m->name));
		vv_out("\n");
		return;
	}
	vv_out("%s\t%s (fetch)\n", vv_text_shows(m->name), vv_text_url(m->url));
	vv_out("%s\t%s (push)\n", vv_text_shows(m->name),
	       vv_text_url(m->push_url ? m->push_url : m->url));
	for (size_t i = 0; i < m->peer_count; i++) {
		vv_out("%s\t%s (blocks)\n", vv_text_shows(m->name), vv_text_url(m->peers[i]));
	}
}

static void list_json(vv_json_out *w, const vv_remote *m)
{
	vv_json_open_object(w);
	vv_json_add_string(w, "name", m->name);
	vv_json_name(w, "url");
	vv_json_url(w, m->url);
	vv_json_name(w, "pushUrl");
	vv_json_url(w, m->push_url ? m->push_url : m->url);
	vv_json_add_array(w, "peers");
	for (size_t i = 0; i < m->peer_count; i++) {
		vv_json_url(w, m->peers[i]);
	}
	vv_json_close_array(w);
	vv_json_close_object(w);
}

static vv_status list(vv_repository *r, const options *o, vv_error *err)
{
	bool json = vv_wants_json(o->format);
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w;
	char **names;
	size_t count;
	vv_status rc = vv_remote_names(&names, &count, r, err);

	if (rc < 0) return rc;
	vv_json_out_init(&w, &b, 2);
	vv_json_open_array(&w);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_remote m;
		if ((rc = vv_remote_find(&m, r, names[i], err)) == VV_OK) {
			if (json) {
				list_json(&w, &m);
			} else {
				list_text(&m, o->verbose);
			}
			vv_remote_clear(&m);
		}
	}
	vv_json_close_array(&w);
	if (json && rc == VV_OK && (rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_out_bytes(b.data, b.len);
		vv_out("\n");
	}
	vv_names_free(names, count);
	return rc;
}

/* --- add, remove, rename, set-url ---------------------------------------------------------- */

static vv_status check_url(const char *url, vv_error *err)
{
	vv_url u;
	vv_status rc = vv_url_read(&u, url, err);
	if (rc == VV_OK) {
		vv_url_clear(&u);
	}
	return rc;
}

static vv_status add_peers(vv_repository *r, const char *name, const vv_strings *peers,
			   vv_error *err)
{
	vv_auto(char) *key = vv_remote_key(name, "peers");
	vv_status rc = key ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < peers->count; i++) {
		if ((rc = check_url(peers->items[i], err)) == VV_OK) {
			rc = vv_config_add(r, key, peers->items[i], err);
		}
	}
	return rc;
}

static vv_status add(vv_repository *r, const options *o, const char *name, const char *url,
		     vv_error *err)
{
	vv_remote m;
	vv_auto(vv_buf) spec = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_remote_name_check(name, err)) < 0 || (rc = check_url(url, err)) < 0) return rc;
	if (vv_remote_find(&m, r, name, VV_IGNORED) == VV_OK) {
		bool named = m.name != NULL;
		vv_remote_clear(&m);
		if (named) {
			vv_fail(err, VV_EEXISTS, "there is a remote '%s' already",
				vv_text_shows(name));
			return vv_hint(err, "'varve remote set-url %s URL' changes its URL",
				       vv_text_shows(name));
		}
	}
	vv_buf_printf(&spec, "+refs/heads/*:refs/remotes/%s/*", name);
	/* The URL makes it a remote: with that last, the same command can be given again. */
	if ((rc = vv_buf_ok(&spec, err)) < 0 || (rc = set(r, name, "fetch", spec.data, err)) < 0 ||
	    (o->program && (rc = set(r, name, "varve", o->program, err)) < 0) ||
	    (rc = set(r, name, "url", url, err)) < 0) {
		return rc;
	}
	return add_peers(r, name, &o->peers, err);
}

static vv_status remove_remote(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(vv_remote) m = {0};
	vv_status rc = need(r, name, &m, err);

	if (rc < 0) return rc;
	return vv_remote_forget(r, &m, err);
}

static vv_status rename_remote(vv_repository *r, const char *from, const char *to, vv_error *err)
{
	vv_remote m, other;
	bool done = false;
	vv_error why;
	vv_status rc = vv_remote_name_check(to, err);

	if (rc < 0) return rc;
	if ((rc = need(r, from, &m, &why)) < 0) {
		if (need(r, to, &m, VV_IGNORED) == VV_OK) {
			rc = vv_remote_move_finish(r, from, to, &done, err);
			vv_remote_clear(&m);
			if (rc < 0 || done) return rc;
		}
		*err = why;
		return why.code;
	}
	if (vv_remote_find(&other, r, to, VV_IGNORED) == VV_OK) {
		if (other.name) {
			rc = vv_fail(err, VV_EEXISTS, "there is a remote '%s' already",
				     vv_text_shows(to));
		}
		vv_remote_clear(&other);
	}
	if (rc == VV_OK) {
		rc = vv_remote_move(r, &m, to, err);
	}
	vv_remote_clear(&m);
	return rc;
}

static vv_status set_url(vv_repository *r, const options *o, const char *name, const char *url,
			 vv_error *err)
{
	vv_remote m;
	vv_status rc = need(r, name, &m, err);

	if (rc == VV_OK) {
		vv_remote_clear(&m);
		rc = check_url(url, err);
	}
	return rc < 0 ? rc : set(r, name, o->push ? "pushurl" : "url", url, err);
}

/* --- show --------------------------------------------------------------------------------- */

static void show_branches(const vv_hello *h)
{
	for (size_t i = 0; i < h->ref_count; i++) {
		char hex[VV_OID_TEXT + 1];
		const char *name = h->refs[i].name;
		vv_oid_text(hex, &h->refs[i].peeled);
		hex[10] = '\0';
		bool tag = strncmp(name, "refs/tags/", 10) == 0;
		vv_out("  %s %s ", hex, tag ? "tag   " : "branch");
		vv_out_text(name + (tag ? 10 : 11), strlen(name + (tag ? 10 : 11)));
		vv_out("%s\n", h->head && strcmp(h->head, name) == 0 ? "  (HEAD)" : "");
	}
}

static vv_status show(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_peer) *peer = NULL;
	const vv_hello *h;
	vv_status rc = need(r, name, &m, err);

	if (rc < 0) return rc;
	vv_out("%s\n", vv_text_shows(m.name));
	vv_out("  fetch from %s\n", vv_text_url(m.url));
	vv_out("  push to    %s\n", vv_text_url(m.push_url ? m.push_url : m.url));
	for (size_t i = 0; i < m.peer_count; i++) {
		vv_out("  blocks of  %s\n", vv_text_url(m.peers[i]));
	}
	if ((rc = vv_transfer_open(&t, r, &vv_notes_stderr, true, 0, err)) < 0 ||
	    (rc = vv_transfer_connect(&t, &peer, &m, false, err)) < 0 ||
	    (rc = vv_peer_hello(peer, &h, err)) < 0) {
		return rc;
	}
	show_branches(h);
	return rc;
}

static vv_status get_url(vv_repository *r, const options *o, const char *name, vv_error *err)
{
	vv_remote m;
	vv_status rc = need(r, name, &m, err);

	if (rc == VV_OK) {
		const char *url = o->push && m.push_url ? m.push_url : m.url;

		vv_out_text(url, strlen(url));
		vv_out("\n");
		vv_remote_clear(&m);
	}
	return rc;
}

/* --- words -------------------------------------------------------------------------------- */

enum { ADD, REMOVE, RENAME, SET_URL, GET_URL, SHOW };
static const struct {
	const char *word;
	int what, arguments;
	const char *usage;
} words[] = {
	{"add", ADD, 2, "NAME URL"},         {"remove", REMOVE, 1, "NAME"},
	{"rm", REMOVE, 1, "NAME"},           {"rename", RENAME, 2, "OLD NEW"},
	{"set-url", SET_URL, 2, "NAME URL"}, {"show", SHOW, 1, "NAME"},
	{"get-url", GET_URL, 1, "NAME"},
};

static vv_status run_word(vv_repository *r, const options *o, int what, char **argv, vv_error *err)
{
	switch (what) {
	case ADD:
		return add(r, o, argv[1], argv[2], err);
	case REMOVE:
		return remove_remote(r, argv[1], err);
	case RENAME:
		return rename_remote(r, argv[1], argv[2], err);
	case SET_URL:
		return set_url(r, o, argv[1], argv[2], err);
	case GET_URL:
		return get_url(r, o, argv[1], err);
	default:
		return show(r, argv[1], err);
	}
}

/* The place of a word in the table; -1: there is none, and *near is the nearest. */
static int find_word(const char *text, const char **near)
{
	vv_nearest nearest;
	int found = -1;

	vv_nearest_init(&nearest, text);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, text) == 0) {
			found = (int)i;
		}
		(void)vv_nearest_try(&nearest, words[i].word);
	}
	*near = nearest.best;
	return found;
}

static int check_remote(const vv_context *c)
{
	const options *o = c->options;
	const char *word = c->argc > 0 ? c->argv[0] : NULL, *near;

	if (!word) return VV_EXIT_OK;
	int found = find_word(word, &near);
	if (found < 0 && (strcmp(word, "prune") == 0 || strcmp(word, "update") == 0 ||
			  strcmp(word, "set-head") == 0 || strcmp(word, "set-branches") == 0)) {
		vv_auto(vv_buf) line = VV_BUF_INIT;

		vv_git_words_put(&line, "remote", c->argc, c->argv);
		vv_note("varve: remote has no word '%s'; '%s' works here", word,
			vv_buf_cstr(&line));
		return VV_EXIT_TROUBLE;
	}
	if (found < 0) {
		return vv_usage_error(
			near ? "remote has no word '%s'; did you mean '%s'?"
			     : "remote has no word '%s': add, remove, rename, get-url, set-url or "
			       "show",
			vv_text_shows(word), near);
	}
	if (c->argc - 1 != words[found].arguments) {
		return vv_usage_error("it is: varve remote %s %s", words[found].word,
				      words[found].usage);
	}
	return vv_check_json(vv_wants_json(o->format), false, "remote --json");
}

static vv_status run_remote(vv_context *c, vv_error *err)
{
	const char *near;

	return c->argc == 0 ? list(c->repo, c->options, err)
			    : run_word(c->repo, c->options,
				       words[find_word(c->argv[0], &near)].what, c->argv, err);
}

const vv_command vv_cmd_remote = {
	.name = "remote",
	.group = "peers",
	.summary = "manage the remotes of this repository",
	.usage = "[-v] [--json]\nadd [--peer URL]... NAME URL\nremove NAME\nrename OLD NEW\n"
		 "set-url [--push] NAME URL\nget-url [--push] NAME\nshow NAME",
	.example = "$ varve remote add origin ssh://ada@data.example.org/srv/sales\n"
		   "$ varve remote -v\n"
		   "origin\tssh://ada@data.example.org/srv/sales (fetch)\n"
		   "origin\tssh://ada@data.example.org/srv/sales (push)",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.check = check_remote,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_remote,
};
