/*
 * published: a record's lines and where records lie.
 */
#include "repo/known/published.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define FIRST_LINE "varve published 1"
#define RECORD_MAX ((size_t)1 << 20)
#define FOLDER "published"

void vv_published_clear(vv_published *p)
{
	vv_free(p->path);
	vv_names_free(p->holders, p->holder_count);
	memset(p, 0, sizeof(*p));
}

bool vv_published_add_holder(vv_published *p, const char *url)
{
	if (vv_array_find(p->holders, p->holder_count, it, strcmp(*it, url) == 0)) return true;
	char **more = vv_realloc(p->holders, (p->holder_count + 1) * sizeof(*more));
	if (!more) return false;
	p->holders = more;
	if (!(p->holders[p->holder_count] = vv_strdup(url))) return false;
	p->holder_count++;
	return true;
}

static char *record_path(const char *varvedir, const vv_cid *version)
{
	return vv_path_join(varvedir, FOLDER, vv_cid_shows(version), (char *)NULL);
}

/* --- a record's lines ------------------------------------------------------------------------ */

bool vv_published_file_cid(vv_cid *out, const char *text)
{
	uint8_t bytes[VV_CID_BYTES], again[VV_CID_BYTES];

	if (strlen(text) != VV_CID_TEXT || text[0] != 'b' ||
	    vv_base32_read(bytes, text + 1, VV_CID_TEXT - 1) != 0) {
		return false;
	}
	out->codec = bytes[1];
	memcpy(out->digest, bytes + 4, sizeof(out->digest));
	vv_cid_write(again, out);
	return memcmp(again, bytes, sizeof(again)) == 0 &&
	       (out->codec == VV_CODEC_RAW || out->codec == VV_CODEC_DAG_PB);
}

static bool read_text(char **out, const char *value)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool good = vv_percent_read(&text, value, strlen(value)) && !text.failed &&
		    strlen(vv_buf_cstr(&text)) == text.len;

	vv_free(*out);
	*out = good ? vv_strdup(vv_buf_cstr(&text)) : NULL;
	return *out != NULL;
}

static bool read_holder(vv_published *p, const char *value)
{
	vv_auto(char) *url = NULL;
	return read_text(&url, value) && vv_published_add_holder(p, url);
}

static bool read_line(vv_published *p, const char *name, const char *value)
{
	if (strcmp(name, "version") == 0) {
		return vv_cid_parse(&p->version, value, strlen(value), NULL) == VV_OK;
	}
	if (strcmp(name, "file") == 0) return vv_published_file_cid(&p->file, value);
	if (strcmp(name, "bytes") == 0) return vv_parse_u64(&p->bytes, value, strlen(value));
	if (strcmp(name, "path") == 0) return read_text(&p->path, value);
	if (strcmp(name, "time") == 0) {
		return strlen(value) < sizeof(p->time) &&
		       snprintf(p->time, sizeof(p->time), "%s", value) >= 0;
	}
	return strcmp(name, "holder") != 0 || read_holder(p, value); /* others: of later versions */
}

static bool read_record(vv_published *p, char *text)
{
	char *line = vv_text_cut_line(&text), *value;

	if (!line || strcmp(line, FIRST_LINE) != 0) return false;
	while ((line = vv_text_cut_line(&text))) {
		if (!(value = strchr(line, ' '))) return false;
		*value++ = '\0';
		if (!read_line(p, line, value)) return false;
	}
	return !*text && !vv_cid_is_null(&p->version) && !vv_cid_is_null(&p->file) && p->path;
}

vv_status vv_published_find(vv_published *out, const char *varvedir, const vv_cid *version,
			    vv_error *err)
{
	vv_auto(char) *path = record_path(varvedir, version);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;

	memset(out, 0, sizeof(*out));
	vv_status rc = vv_read_regular(&bytes, path, RECORD_MAX, err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, VV_ENOTFOUND, "%s is not published by this repository",
			     vv_cid_shows(version));
	} else if (rc == VV_OK &&
		   (bytes.len == 0 || strlen(bytes.data) != bytes.len ||
		    !read_record(out, bytes.data) || !vv_cid_equal(&out->version, version))) {
		vv_published_clear(out);
		rc = vv_fail(err, VV_ECORRUPT,
			     "the record '%s' of a published version is damaged\npublish the "
			     "version again",
			     vv_text_shows(path));
	}
	return rc;
}

static void put_line(vv_buf *b, const char *name, const char *value)
{
	vv_buf_printf(b, "%s ", name);
	vv_percent_put(b, value, strlen(value), "/:@[]+,=&?#");
	vv_buf_putc(b, '\n');
}

vv_status vv_published_write(const char *varvedir, const vv_published *p, vv_error *err)
{
	vv_auto(char) *path = record_path(varvedir, &p->version);
	char text[VV_CID_TEXT + 1];
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	if (!path) return vv_fail_nomem(err);
	vv_cid_text(text, &p->version);
	vv_buf_printf(&b, FIRST_LINE "\nversion %s\n", text);
	vv_cid_text(text, &p->file);
	vv_buf_printf(&b, "file %s\nbytes %llu\n", text, (unsigned long long)p->bytes);
	put_line(&b, "path", p->path);
	put_line(&b, "time", p->time);
	for (size_t i = 0; i < p->holder_count; i++) {
		put_line(&b, "holder", p->holders[i]);
	}
	if ((rc = vv_buf_ok(&b, err)) == VV_OK && (rc = vv_mkdirs_above(path, err)) == VV_OK) {
		rc = vv_write_file(path, b.data, b.len, true, err);
	}
	return rc;
}

vv_status vv_published_withdraw(const char *varvedir, const vv_cid *version, vv_error *err)
{
	vv_auto(char) *path = record_path(varvedir, version);
	vv_auto(char) *dir = NULL;

	if (!path || !(dir = vv_path_dir(path))) return vv_fail_nomem(err);
	vv_status rc = vv_unlink(path, false, err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, VV_ENOTFOUND, "%s is not published by this repository",
			     vv_cid_shows(version));
	} else if (rc == VV_OK) {
		rc = vv_fsync_dir(dir, err);
	}
	return rc;
}

vv_status vv_published_list(vv_cid **out, size_t *count, const char *varvedir, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(varvedir, FOLDER, (char *)NULL);
	vv_auto(vv_folder) f = {0};
	size_t cap = 0;
	vv_status rc = vv_folder_read(&f, dir, true, err);

	*out = NULL;
	*count = 0;
	while (rc == VV_OK && vv_folder_next(&f)) {
		vv_cid cid;

		if (vv_cid_parse(&cid, f.name, strlen(f.name), NULL) ==
			    VV_OK && /* else temporary */
		    !vv_array_add(*out, *count, cap, cid)) {
			rc = vv_fail_nomem(err);
		}
	}
	if (rc < 0) {
		vv_free(vv_take(out));
		*count = 0;
	}
	return rc;
}
