/*
 * repositories: opens the repositories of a server.
 */
#include "transport/server/repositories.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/server/served_folder.h"

vv_status http_repository_open(vv_http_server *s, http_repository *r, const char *path,
			       vv_error *err)
{
	vv_status rc = http_served_folder_open(&r->repo, &r->name, &r->path, path, s->o.env, err);

	if (rc < 0) return rc;
	r->reach = vv_reachable_new(vv_repository_commondir(r->repo), s->o.env);
	if (!r->reach) return vv_fail_nomem(err);
	if (s->o.only_signed) {
		vv_reachable_only_signed(r->reach);
	}
	if ((rc = vv_repository_store(r->repo, &r->store, err)) < 0) return rc;
	if (s->handlers.files &&
	    !(r->published = vv_published_files_new(vv_repository_varvedir(r->repo), r->store,
						    s->handlers.files))) {
		return vv_fail_nomem(err);
	}
	if (vv_array_find(s->repositories, (size_t)(r - s->repositories), one,
			  strcmp(one->name, r->name) == 0)) {
		return http_fail_same_name(r->name, err);
	}
	return VV_OK;
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
