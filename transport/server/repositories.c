/*
 * repositories: opens the repositories of a server, and names them.
 */
#include "transport/server/repositories.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

/* The name in URLs of a repository whose folder is at real. */
static char *name_of(const char *real)
{
	if (strcmp(vv_path_base(real), ".git") != 0) return vv_strdup(vv_path_base(real));
	vv_auto(char) *above = vv_path_dir(real);
	return above ? vv_strdup(vv_path_base(above)) : NULL;
}

static bool is_folder_of(const vv_repository *r, const char *real)
{
	const char *places[] = {vv_repository_workdir(r), vv_repository_gitdir(r)};
	bool same = false;

	for (size_t i = 0; i < 2 && !same; i++) {
		char *resolved = places[i] ? realpath(places[i], NULL) : NULL;

		same = resolved && strcmp(resolved, real) == 0;
		free(resolved);
	}
	return same;
}

vv_status http_repository_open(vv_http_server *s, http_repository *r, const char *path,
			       vv_error *err)
{
	char *real = realpath(path, NULL);
	vv_status rc;

	if (!real) return vv_fail_errno(err, "no repository at", path);
	r->name = name_of(real);
	r->path = vv_strdup(real);
	if (!r->name || !r->path) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_repository_open(&r->repo, real, s->o.env, err)) == VV_OK) {
		if (!is_folder_of(r->repo, real)) {
			rc = vv_fail(err, VV_ENOTFOUND,
				     "'%s' is inside a repository, but is not one itself\n"
				     "name the repository's own folder",
				     vv_text_shows(path));
		} else if (!(r->reach = vv_reachable_new(vv_repository_commondir(r->repo),
							 s->o.env))) {
			rc = vv_fail_nomem(err);
		} else if ((rc = vv_repository_store(r->repo, &r->store, err)) == VV_OK &&
			   s->handlers.files &&
			   !(r->published = vv_published_files_new(vv_repository_varvedir(r->repo),
								   r->store, s->handlers.files))) {
			rc = vv_fail_nomem(err);
		}
	}
	free(real);
	if (rc == VV_OK && vv_array_find(s->repositories, (size_t)(r - s->repositories), one,
					 strcmp(one->name, r->name) == 0)) {
		rc = vv_fail(err, VV_EUSAGE,
			     "two repositories would have the name '%s'\nrename one of the "
			     "folders",
			     vv_text_shows(r->name));
	}
	return rc;
}

void http_repository_close(http_repository *r)
{
	vv_published_files_free(r->published);
	vv_reachable_free(r->reach);
	vv_repository_close(r->repo);
	vv_free_all(r->name, r->path);
	memset(r, 0, sizeof(*r));
}

vv_status http_server_open(vv_http_server *s, const char *path, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);

	if (s->repository_count > 0) {
		return vv_fail(err, VV_EUSAGE, "'%s' is open already",
			       vv_text_shows(s->repositories[0].path));
	}
	/* other threads see the repository when the count says so */
	vv_status rc = http_repository_open(s, &s->repositories[0], path, err);
	if (rc < 0) {
		http_repository_close(&s->repositories[0]);
		return rc;
	}
	s->repository_count = 1;
	return VV_OK;
}
