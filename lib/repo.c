/*
 * repo: repositories for callers of the library, and their sessions.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/env.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "lib/clone/cached.h"
#include "lib/clone/imported.h"
#include "lib/handles.h"
#include "lib/sync/on_demand.h"
#include "lib/view/row_find.h"
#include "repo/blocks/cid.h"
#include "repo/git/history/mailmap.h"
#include "repo/git/history/state.h"
#include "repo/git/repository_init.h"

extern char **environ;

struct vv_core {
	atomic_uint refs;
	pid_t pid;
	vv_mutex *lock; /* of sessions and busy */
	vv_session *sessions;
	char *path; /* absolute */
	vv_env *env;
	char *folders[4];
	vv_cached *cached; /* NULL: not opened by its URL */
	bool lazy;         /* missing blocks are fetched when they are read */
	vv_buf warnings;
};

/* Programs started by the library never prompt. */
static const vv_notes in_silence = {.alone = true};

/* ---- cores and sessions ---- */

static void close_session(vv_session *s)
{
	vv_dataset_reader_close(s->reader);
	vv_on_demand_end(s->demand);
	vv_repository_close(s->repo);
	vv_free(s);
}

static void free_core(vv_core *c)
{
	for (vv_session *s = c->sessions, *next; s; s = next) {
		next = s->next;
		close_session(s);
	}
	vv_array_each(c->folders, 4, folder) {
		vv_free(*folder);
	}
	vv_cached_close(c->cached);
	vv_buf_clear(&c->warnings);
	vv_mutex_free(c->lock);
	vv_env_free(c->env);
	vv_free_all(c->path, c);
}

vv_core *vv_core_keep(vv_core *c)
{
	if (c) {
		atomic_fetch_add(&c->refs, 1);
	}
	return c;
}

bool vv_core_is_parents(const vv_core *c)
{
	return c->pid != getpid();
}

void vv_core_drop(vv_core *c)
{
	if (c && !vv_core_is_parents(c) && atomic_fetch_sub(&c->refs, 1) == 1) {
		free_core(c);
	}
}

static vv_status check_process(const vv_core *c, vv_error *err)
{
	return vv_core_is_parents(c)
		       ? vv_fail(err, VV_EUSAGE,
				 "this handle was opened before fork(): open a new one")
		       : VV_OK;
}

vv_status vv_core_open(vv_repository **out, const vv_core *c, vv_error *err)
{
	const vv_status rc = check_process(c, err);

	return rc < 0 ? rc : vv_repository_open(out, c->path, c->env, err);
}

static vv_status open_session(vv_session **out, vv_core *c, vv_error *err)
{
	vv_session *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	*s = (vv_session){.core = c, .busy = true};
	if ((rc = vv_core_open(&s->repo, c, err)) < 0 ||
	    (rc = vv_dataset_reader_open(&s->reader, s->repo, NULL, err)) < 0) {
		close_session(s);
		return rc;
	}
	if (c->lazy) {
		vv_imported_suppliers_register();
		vv_repository_listen(s->repo, &in_silence);
		if ((rc = vv_on_demand_begin(&s->demand, s->repo, false, err)) < 0) {
			close_session(s);
			return rc;
		}
	}
	*out = s;
	return VV_OK;
}

static vv_session *take_idle(vv_core *c)
{
	vv_session *s;

	vv_auto(vv_locked) lock = vv_mutex_hold(c->lock);
	for (s = c->sessions; s && s->busy; s = s->next) {
	}
	if (s) {
		s->busy = true;
	}
	return s;
}

vv_status vv_session_take(vv_session **out, vv_core *c, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if (!c) return VV_OK;
	if ((rc = check_process(c, err)) < 0) return rc;
	if ((*out = take_idle(c)) != NULL) {
		/* other processes may have changed data cached by the previous call */
		vv_dataset_reader_forget((*out)->reader);
		return VV_OK;
	}
	if ((rc = open_session(out, c, err)) == VV_OK) {
		vv_auto(vv_locked) lock = vv_mutex_hold(c->lock);
		(*out)->next = c->sessions;
		c->sessions = *out;
	}
	return rc;
}

void vv_session_give(vv_session *s)
{
	if (s && !vv_core_is_parents(s->core)) {
		if (s->demand) {
			vv_on_demand_alone(s->demand, false);
		}
		vv_mailmap_forget(s->repo);
		vv_auto(vv_locked) lock = vv_mutex_hold(s->core->lock);
		s->busy = false;
	}
}

void vv_session_alone(vv_session *s)
{
	if (s && s->demand) {
		vv_on_demand_alone(s->demand, true);
	}
}

/* ---- repositories ---- */

static vv_status set_folder(vv_core *c, int which, const char *path, vv_error *err)
{
	return vv_text_set(&c->folders[which], path, err);
}

static vv_status set_folders(vv_core *c, const vv_repository *r, vv_error *err)
{
	vv_status rc;

	if ((rc = set_folder(c, VARVE_FOLDER_WORK_TREE, vv_repository_workdir(r), err)) < 0 ||
	    (rc = set_folder(c, VARVE_FOLDER_GIT, vv_repository_gitdir(r), err)) < 0 ||
	    (rc = set_folder(c, VARVE_FOLDER_COMMON, vv_repository_commondir(r), err)) < 0) {
		return rc;
	}
	return set_folder(c, VARVE_FOLDER_BLOCKS, vv_repository_varvedir(r), err);
}

/* Later sessions find the same folder wherever the process then is. */
static vv_status set_path(vv_core *c, const char *path, vv_error *err)
{
	char real[PATH_MAX];

	if (!path) return VV_OK;
	if (!realpath(path, real)) return vv_fail_errno(err, "cannot open", path);
	return vv_text_set(&c->path, real, err);
}

vv_status vv_core_may_write(const vv_core *c, vv_error *err)
{
	return c->cached
		       ? vv_fail(err, VV_EREFUSED,
				 "a repository that was opened by its URL is read-only\nclone the "
				 "repository to write to it")
		       : VV_OK;
}

vv_status vv_session_commit(const vv_session *s, const char *revision, vv_oid *out, vv_error *err)
{
	const vv_cached *cached = s->core->cached;
	const vv_status rc = vv_rev_commit(s->repo, revision, out, err);
	vv_error why;

	if (rc != VV_ENOTFOUND || !cached ||
	    vv_cached_check_signed(cached, s->repo, revision, &why) == VV_OK) {
		return rc;
	}
	return vv_error_copy(err, &why);
}

static void put_warning(void *payload, vv_note_kind kind, const char *line)
{
	if (kind == VV_NOTE_WARNING) {
		vv_buf_printf(payload, "%s\n", line);
	}
}

static vv_status open_cached(vv_core *c, const char *url, const varve_repo_options *o,
			     vv_error *err)
{
	const vv_notes notes = {.note = put_warning, .payload = &c->warnings, .alone = true};
	const vv_cached_options how = {.env = c->env,
				       .notes = &notes,
				       .folder = o->cache,
				       .limit = o->cache_size,
				       .as_is = (o->flags & VARVE_OPEN_AS_IS) != 0,
				       .allow_unsigned = (o->flags & VARVE_OPEN_UNSIGNED) != 0};
	vv_status rc = vv_cached_open(&c->cached, url, &how, err);

	if (rc < 0) return rc;
	vv_cached_put_unsigned(&c->warnings, c->cached);
	return set_path(c, vv_cached_folder(c->cached), err);
}

/* No started program prompts at a terminal, which is not the library's; the caller's own settings take precedence. */
static const char *const unattended[] = {"GIT_TERMINAL_PROMPT=0", "SSH_ASKPASS_REQUIRE=force",
					 "SSH_ASKPASS=false"};
#define UNATTENDED (sizeof(unattended) / sizeof(unattended[0]))

static vv_status take_env(vv_env **out, const varve_repo_options *o, vv_error *err)
{
	const char *const *given = o->flags & VARVE_OPEN_ENVIRON ? (const char *const *)environ
								 : o->env;
	const char **all;
	const size_t count = vv_texts_count(given);

	if (!(all = vv_calloc(count + UNATTENDED + 1, sizeof(*all)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < count + UNATTENDED; i++) {
		all[i] = i < count ? given[i] : unattended[i - count];
	}
	vv_status rc = vv_env_new(out, all, err);
	vv_free(all);
	return rc;
}

static vv_status open_core(vv_core **out, const char *path, const varve_repo_options *o,
			   vv_error *err)
{
	vv_core *c = vv_calloc(1, sizeof(*c));
	vv_session *first = NULL;
	vv_status rc;

	*out = NULL;
	if (!c) return vv_fail_nomem(err);
	atomic_init(&c->refs, 1);
	vv_row_work_register();
	c->pid = getpid();
	c->lazy = (o->flags & (VARVE_OPEN_URL | VARVE_OPEN_LAZY)) != 0;
	if (!(c->lock = vv_mutex_new())) {
		rc = vv_fail_nomem(err);
	} else if ((rc = take_env(&c->env, o, err)) == VV_OK &&
		   (rc = o->flags & VARVE_OPEN_URL ? open_cached(c, path, o, err)
						   : set_path(c, path, err)) == VV_OK) {
		rc = vv_session_take(&first, c, err);
	}
	if (rc == VV_OK) {
		rc = c->cached ? vv_cached_put_newer(&c->warnings, c->cached, first->repo, "HEAD",
						     err)
			       : VV_OK;
		rc = rc < 0 ? rc : set_folders(c, first->repo, err);
		vv_session_give(first);
	}
	if (rc < 0) {
		free_core(c);
		return rc;
	}
	*out = c;
	return VV_OK;
}

static vv_status open_repo(varve_repo **out, const char *path, const varve_repo_options *o,
			   vv_error *err)
{
	vv_auto_free varve_repo *r = vv_calloc(1, sizeof(*r));
	vv_status rc = r ? open_core(&r->core, path, o, err) : vv_fail_nomem(err);

	return rc < 0 ? rc : vv_hand_over(out, &r);
}

#define OPEN_FLAGS                                                                                 \
	((uint32_t)(VARVE_OPEN_ENVIRON | VARVE_INIT_BARE | VARVE_OPEN_URL | VARVE_OPEN_AS_IS |     \
		    VARVE_OPEN_LAZY | VARVE_OPEN_UNSIGNED))

static vv_status take_repo_options(varve_repo_options *o, const varve_repo_options *given,
				   vv_error *err)
{
	vv_status rc = vv_take_options(o, sizeof(*o), given, err);

	return rc < 0 ? rc : vv_take_flags(o->flags, OPEN_FLAGS, err);
}

vv_status vv_take_env(vv_env **out, const varve_repo_options *given, vv_error *err)
{
	varve_repo_options o;
	vv_status rc = take_repo_options(&o, given, err);

	*out = NULL;
	return rc < 0 ? rc : take_env(out, &o, err);
}

int varve_repo_open(varve_repo **out, const char *path, const varve_repo_options *options,
		    varve_error *err)
{
	varve_repo_options o;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if ((rc = take_repo_options(&o, options, &e)) == VV_OK) {
		if (!path && (o.flags & VARVE_OPEN_URL)) {
			rc = vv_fail(&e, VV_EUSAGE, "VARVE_OPEN_URL requires a path");
		} else if ((o.flags & VARVE_OPEN_AS_IS) && !(o.flags & VARVE_OPEN_URL)) {
			rc = vv_fail(&e, VV_EUSAGE, "VARVE_OPEN_AS_IS requires VARVE_OPEN_URL");
		} else if ((o.flags & VARVE_OPEN_UNSIGNED) && !(o.flags & VARVE_OPEN_URL)) {
			rc = vv_fail(&e, VV_EUSAGE, "VARVE_OPEN_UNSIGNED requires VARVE_OPEN_URL");
		} else {
			rc = open_repo(out, path, &o, &e);
		}
	}
	return vv_give(err, rc, &e);
}

int varve_repo_init(varve_repo **out, const char *path, const varve_repo_options *options,
		    bool *created, varve_error *err)
{
	varve_repo_options o;
	vv_auto(vv_env) *env = NULL;
	vv_auto(vv_repository) *r = NULL;
	bool made = false;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if ((rc = take_repo_options(&o, options, &e)) == VV_OK &&
	    (o.flags &
	     (VARVE_OPEN_URL | VARVE_OPEN_AS_IS | VARVE_OPEN_UNSIGNED | VARVE_OPEN_LAZY))) {
		rc = vv_fail(&e, VV_EUSAGE,
			     "varve_repo_init does not accept VARVE_OPEN_URL, VARVE_OPEN_AS_IS, "
			     "VARVE_OPEN_UNSIGNED or VARVE_OPEN_LAZY");
	}
	if (rc == VV_OK) {
		vv_init_options init = {.bare = (o.flags & VARVE_INIT_BARE) != 0,
					.program = "varve"};

		if ((rc = take_env(&env, &o, &e)) == VV_OK) {
			init.env = env;
			rc = vv_repository_init(&r, path, &init, &made, &e);
		}
	}
	if (rc == VV_OK) {
		rc = open_repo(out,
			       vv_repository_is_bare(r) ? vv_repository_gitdir(r)
							: vv_repository_workdir(r),
			       &o, &e);
	}
	if (rc == VV_OK && created) {
		*created = made;
	}
	return vv_give(err, rc, &e);
}

void varve_repo_free(varve_repo *repo)
{
	if (repo) {
		vv_core_drop(repo->core);
		vv_free(repo);
	}
}

const char *varve_repo_warnings(const varve_repo *repo)
{
	return vv_buf_cstr(&repo->core->warnings);
}

const char *varve_repo_folder(const varve_repo *repo, int folder)
{
	return folder >= 0 && folder < 4 ? repo->core->folders[folder] : NULL;
}

int varve_repo_config(char *value, size_t size, size_t *len, varve_repo *repo, const char *key,
		      varve_error *err)
{
	vv_auto(vv_session) *s = NULL;
	vv_auto(char) *text = NULL;
	vv_error e;
	vv_status rc = vv_session_take(&s, repo->core, &e);

	if (rc == VV_OK && (rc = vv_config_string(s->repo, key, &text, &e)) == VV_OK) {
		if (size > 0) {
			size_t n = strlen(text) < size ? strlen(text) : size - 1;

			memcpy(value, text, n);
			value[n] = '\0';
		}
		if (len) {
			*len = strlen(text);
		}
	}
	return vv_give(err, rc, &e);
}

const char *varve_repo_state(varve_repo *repo)
{
	vv_session *s;
	const char *name = "";

	if (vv_session_take(&s, repo->core, NULL) == VV_OK) {
		name = vv_state_name(s->repo);
		vv_session_give(s);
	}
	return name;
}

int varve_repo_block(varve_repo *repo, const char *cid, varve_write_fn write, void *payload,
		     varve_error *err)
{
	vv_writing w = {write, payload};
	vv_session *s;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_store *store;
	vv_cid id, made;
	vv_error e;
	vv_status rc;

	if ((rc = vv_cid_parse(&id, cid, strlen(cid), &e)) == VV_OK &&
	    (rc = vv_session_take(&s, repo->core, &e)) == VV_OK) {
		if ((rc = vv_repository_store(s->repo, &store, &e)) == VV_OK) {
			rc = vv_store_get(store, &id, &bytes, &e);
		}
		vv_session_give(s);
	}
	if (rc == VV_OK) {
		if ((rc = vv_cid_of(&made, id.codec, bytes.data, bytes.len, &e)) == VV_OK) {
			rc = vv_cid_equal(&made, &id)
				     ? vv_writing_put(&w, bytes.data, bytes.len, &e)
				     : vv_fail(&e, VV_ECORRUPT, "block %s is damaged", cid);
		}
	}
	return vv_give(err, rc, &e);
}
