/*
 * place (store|holder) [--quota BYTES] URL OPERATION...: one operation at a place, opened as varve opens stores or
 * holders. For the suite of all kinds of places (tests/places).
 *
 *	make                           if it is not one yet
 *	put NAME FILE [NAME FILE]...   durable when it ends
 *	get NAME FROM LEN              to stdout
 *	list FOLDER                    "SIZE NAME" of each entry; of a folder "- NAME"
 *	remove NAME
 *
 * VARVE_TEST_IDLE: the longest wait in seconds. A failure is one line "<status>: <message>", and the exit code is the
 * status without its sign.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/vault/sealed/holder_open.h"
#include "lib/remotes/data_store.h"

extern char **environ;

static vv_status print_entry(void *payload, const vv_listed *e, vv_error *err)
{
	(void)payload;
	(void)err;
	(void)(e->size == UINT64_MAX ? printf("- %s\n", e->name)
				     : printf("%llu %s\n", (unsigned long long)e->size, e->name));
	return VV_OK;
}

static vv_status put_files(const vv_place *p, char **words, vv_error *err)
{
	vv_status rc = VV_OK;

	for (; words[0] && words[1] && rc == VV_OK; words += 2) {
		vv_auto(vv_buf) bytes = VV_BUF_INIT;
		rc = vv_read_file(&bytes, words[1], SIZE_MAX, err);
		rc = rc < 0 ? rc : vv_place_put_later(p, words[0], bytes.data, bytes.len, err);
	}
	const vv_status finished = vv_place_finish(p, rc < 0 ? VV_IGNORED : err);
	return rc < 0 ? rc : finished;
}

static vv_status place_command(const vv_place *p, int count, char **words, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc;

	if (strcmp(words[0], "make") == 0) return VV_OK;
	if (strcmp(words[0], "put") == 0) return put_files(p, words + 1, err);
	if (count == 2 && strcmp(words[0], "list") == 0) {
		return vv_place_list(p, words[1], print_entry, NULL, err);
	}
	if (count == 2 && strcmp(words[0], "remove") == 0) return vv_place_remove(p, words[1], err);
	if (count != 4 || strcmp(words[0], "get") != 0) {
		return vv_fail(err, VV_EUSAGE, "no operation: %s", words[0]);
	}
	rc = vv_place_get(p, words[1], strtoull(words[2], NULL, 10), strtoull(words[3], NULL, 10),
			  &bytes, err);
	(void)fwrite(vv_buf_cstr(&bytes), 1, rc < 0 ? 0 : bytes.len, stdout);
	return rc;
}

int main(int argc, char **argv)
{
	const char *idle = getenv("VARVE_TEST_IDLE");
	const bool store = argc > 1 && strcmp(argv[1], "store") == 0;
	const bool quota = argc > 3 && strcmp(argv[2], "--quota") == 0;
	char **words = argv + (quota ? 4 : 2);
	vv_holder_config c = {.name = (char *)"x",
			      .url = words[0],
			      .quota = quota ? strtoull(argv[3], NULL, 10) : 0};
	vv_connect_options o = {.idle_sec = idle ? (unsigned)strtoul(idle, NULL, 10) : 20};
	vv_place p = {0};
	vv_error err;
	vv_env *env;

	if (argc < (quota ? 6 : 4)) return 2;
	if (vv_env_new(&env, (const char *const *)environ, &err) < 0) return 2;
	o.env = env;
	const bool make = strcmp(words[1], "make") == 0;
	vv_status rc = store ? vv_data_store_open(&p, c.url, &o, make, &err)
			     : vv_vault_place_open(&p, &c, NULL, &o, make, &err);
	rc = rc < 0 ? rc : place_command(&p, argc - (int)(words + 1 - argv), words + 1, &err);
	vv_place_close(&p);
	vv_env_free(env);
	if (rc < 0) {
		(void)fprintf(stderr, "%d: %s\n", (int)rc, err.message);
	}
	return -(int)rc;
}
