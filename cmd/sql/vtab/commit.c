/*
 * commit: how a commit's texts outlive the log that lent them.
 */
#include "cmd/sql/vtab/commit.h"

#include <sqlite3ext.h>
#include <string.h>

#include "cmd/sql/vtab/error.h"
SQLITE_EXTENSION_INIT3

typedef struct vv_sql_commit {
	struct vv_sql_commit *next;
	varve_commit of;
	char texts[];
} vv_sql_commit;

static unsigned digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10) & 15;
}

static vv_sql_commit **slot_of(vv_sql_commits *commits, const char *id)
{
	return &commits->slots[id[0] ? digit(id[0]) * 16 + digit(id[1]) : 0];
}

static vv_sql_commit *copy(const varve_commit *from)
{
	const char *const texts[] = {from->id,        from->author,         from->author_mail,
				     from->committer, from->committer_mail, from->message};
	const char *copies[sizeof(texts) / sizeof(texts[0])];
	const size_t count = sizeof(texts) / sizeof(texts[0]);
	size_t size = 0;
	vv_sql_commit *c;

	for (size_t i = 0; i < count; i++) {
		size += strlen(texts[i]) + 1;
	}
	if (!(c = sqlite3_malloc64(sizeof(*c) + size))) return NULL;
	char *at = c->texts;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(texts[i]) + 1;

		copies[i] = memcpy(at, texts[i], len);
		at += len;
	}
	c->of = (varve_commit){.id = copies[0],
			       .author = copies[1],
			       .author_mail = copies[2],
			       .committer = copies[3],
			       .committer_mail = copies[4],
			       .author_time = from->author_time,
			       .commit_time = from->commit_time,
			       .author_offset = from->author_offset,
			       .commit_offset = from->commit_offset,
			       .message = copies[5]};
	return c;
}

int vv_sql_commits_get(const varve_commit **out, vv_sql_commits *commits, varve_repo *repo,
		       const char *id, varve_error *err)
{
	varve_log_options how = VARVE_INIT(varve_log_options);
	vv_sql_commit **slot = slot_of(commits, id), *c = *slot;
	const varve_commit *found;
	varve_log *log;
	int rc;

	while (c && strcmp(c->of.id, id) != 0) {
		c = c->next;
	}
	if (!c) {
		how.range = id;
		how.limit = 1;
		if ((rc = varve_log_open(&log, repo, &how, err)) < 0) return rc;
		rc = varve_log_next(log, &found, err);
		if (rc > 0 && !(c = copy(found))) {
			rc = vv_sql_error_memory(err);
		} else if (rc == 0) {
			rc = vv_sql_error_format(err, VARVE_EMISSING, "commit %s is not here", id);
		}
		varve_log_free(log);
		if (rc < 0) return rc;
		c->next = *slot;
		*slot = c;
	}
	*out = &c->of;
	return 0;
}

void vv_sql_commits_clear(vv_sql_commits *commits)
{
	for (size_t i = 0; i < VV_COMMIT_SLOTS; i++) {
		while (commits->slots[i]) {
			vv_sql_commit *c = commits->slots[i];

			commits->slots[i] = c->next;
			sqlite3_free(c);
		}
	}
}
