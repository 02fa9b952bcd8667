/*
 * data_store: the kind of place of a URL, and its origin.
 */
#include "lib/remotes/data_store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/block_peers.h"
#include "transport/line/url.h"
#include "transport/places/place_kinds.h"

/* A commit's path in the work tree must not leave it through a committed symbolic link. */
vv_status vv_data_store_check_links(vv_repository *r, const char *path, vv_error *err)
{
	const char *work = vv_repository_workdir(r);
	const size_t len = work ? strlen(work) : 0;
	vv_auto(char) *copy = len > 0 && strncmp(path, work, len) == 0 ? vv_strdup(path) : NULL;
	vv_status rc = VV_OK;
	vv_stat st;

	for (char *p = copy ? copy + len : NULL; p && rc == VV_OK;) {
		p = *p ? strchr(p + 1, '/') : NULL;
		if (p) {
			*p = '\0';
		}
		if (vv_lstat(&st, copy, NULL) == VV_OK && S_ISLNK(st.mode)) {
			rc = vv_fail(err, VV_EREFUSED,
				     VV_BLOCKS_CONFIG ": '%s' is a symbolic link, not a store",
				     vv_text_shows(copy));
		}
		if (p) {
			*p = '/';
		}
	}
	return rc;
}

/* A folder on this machine is trusted: naming it reveals nothing to others. */
static vv_status check_trust(bool *trusted, vv_transfer *t, const vv_remote *m, const char *url,
			     vv_error *err)
{
	if (vv_path_is_absolute(url)) {
		*trusted = true;
		return vv_data_store_check_links(t->repo, url, err);
	}
	return vv_block_peer_is_trusted(t, m, url, trusted, err);
}

vv_status vv_data_store_refuse(const char *name, vv_error *err)
{
	return vv_fail(
		err, VV_EREFUSED,
		"the store %s, which " VV_BLOCKS_CONFIG " names, is not trusted\n"
		"'git config --global --add varve.trustedHost SITE' trusts it (SITE is in the warning); VARVE_TRUSTED_HOSTS does so for one command",
		vv_text_shows(name));
}

vv_status vv_data_store_may(vv_transfer *t, const char *name, const char *url, vv_error *err)
{
	const vv_remote none = {.url = ""};
	bool trusted;
	vv_status rc = check_trust(&trusted, t, &none, url, err);

	return rc < 0 || trusted ? rc : vv_data_store_refuse(name, err);
}

vv_status vv_blocks_source_ask(vv_blocks_source *s, vv_transfer *t, const vv_remote *m,
			       vv_error *err)
{
	const vv_status rc = s->asked ? VV_OK : check_trust(&s->trusted, t, m, s->url, err);

	s->asked = rc == VV_OK;
	return rc;
}

static const vv_place_choice store = {
	.use = VV_URL_STORES,
	.otherwise = "is not a place for a store",
	.further = "; a store at http or https is read only",
};

/* A folder that has something else is not treated as a store. */
static vv_status check_empty(const char *path, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_auto(char) *mark = vv_path_join(path, vv_files_mark.file, (char *)NULL);
	size_t others = 0;
	vv_status rc = mark ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && vv_exists(path) && !vv_exists(mark)) {
		rc = vv_list_dir(&names.items, &names.count, path, err);
	}
	for (size_t i = 0; i < names.count; i++) { /* without temporary files */
		others += strncmp(names.items[i], VV_WRITE_TEMP, strlen(VV_WRITE_TEMP)) != 0;
	}
	return rc < 0 || others == 0
		       ? rc
		       : vv_fail(err, VV_EREFUSED,
				 "'%s' is not empty, and is not a store\nuse a new folder, or a new "
				 "folder inside this one",
				 vv_text_shows(path));
}

static vv_status open_place(vv_place *out, const char *url, const vv_place_facts *facts,
			    const vv_connect_options *connect, bool make, vv_error *err)
{
	vv_auto(vv_url) u = {0};
	vv_status rc = vv_url_read(&u, url, err);

	*out = (vv_place){0};
	if (rc < 0) return rc;
	if (make && u.kind == VV_URL_PATH && (rc = check_empty(u.path, err)) < 0) return rc;
	return vv_place_open(out, &u, &store, facts, connect, make, err);
}

vv_status vv_data_store_open(vv_place *out, const char *url, const vv_connect_options *connect,
			     bool make, vv_error *err)
{
	const vv_place_facts facts = {
		.mark = &vv_files_mark, .more = VV_HINT_STORE_ROOM, .full = VV_HINT_STORE_ROOM};
	return open_place(out, url, &facts, connect, make, err);
}

static vv_status open_host(vv_blocks_source *s, vv_transfer *t, vv_place *take_place, vv_error *err)
{
	vv_host_change ignored;
	vv_host_options o = {.repo = t->repo,
			     .idle_sec = t->git_idle_sec,
			     .url = s->url,
			     .progress = t->progress,
			     .notes = t->notes};
	vv_auto(vv_host) *h = NULL;
	vv_status rc = VV_OK;

	if (take_place && take_place->payload) {
		o.take_place = *take_place;
		*take_place = (vv_place){.ops = NULL};
	} else {
		rc = vv_data_store_open(&o.take_place, s->url, &t->connect, false, err);
	}
	if (rc == VV_OK && (rc = vv_host_open(&h, &o, err)) == VV_OK) {
		rc = vv_host_refresh(h, NULL, NULL, &ignored, err);
	}
	s->host = rc == VV_OK ? vv_take(&h) : NULL;
	return rc;
}

static vv_status on_pack(void *payload, const vv_listed *e, vv_error *err VV_UNUSED)
{
	*(bool *)payload = *(bool *)payload || vv_path_ends(e->name, ".pack");
	return VV_OK;
}

/* The mark again, where packs show that this is a store, and no disk that is not mounted. */
static vv_status mend_mark(const char *url, const vv_connect_options *connect, vv_error *err)
{
	const vv_place_facts facts = {.more = VV_HINT_STORE_ROOM, .full = VV_HINT_STORE_ROOM};
	vv_auto(vv_place) p = {0};
	bool has_packs = false;
	vv_status rc = open_place(&p, url, &facts, connect, false, err);

	if (rc < 0 || (rc = vv_place_list(&p, "packs", on_pack, &has_packs, err)) < 0) return rc;
	return has_packs ? vv_place_put(&p, vv_files_mark.file, vv_files_mark.text,
					strlen(vv_files_mark.text), err)
			 : vv_fail(err, VV_ENOTFOUND, "'%s' has no packs", vv_text_url(url));
}

vv_status vv_data_store_host(vv_blocks_source *s, vv_transfer *t, bool mend, vv_place *take_place,
			     vv_error *err)
{
	vv_status rc = open_host(s, t, take_place, err);

	if (mend && (rc == VV_ENOTFOUND || rc == VV_ECORRUPT) &&
	    mend_mark(s->url, &t->connect, VV_IGNORED) == VV_OK) {
		vv_notes_put(t->notes,
			     "repaired the store '%s': its file '%s' was missing or damaged",
			     vv_text_url(s->url), vv_files_mark.file);
		rc = open_host(s, t, NULL, err);
	}
	if (rc == VV_ENOTFOUND && s->name) {
		vv_hint_clear(err);
		vv_hint_code(err, VV_HINT_STORE_EMPTIED, s->name);
	}
	if (rc < 0) {
		return vv_prefix(err, "the store %s",
				 s->name ? vv_text_shows(s->name) : "of this remote");
	}
	return VV_OK;
}
