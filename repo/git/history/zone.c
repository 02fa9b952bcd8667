/*
 * zone: files of time zones, and the rule at the end of one for the years to come.
 */
#include "repo/git/history/zone.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/pack_check.h"

#define FOLDER "/usr/share/zoneinfo"
#define FILE_MAX ((size_t)64 << 10)
#define HEAD_LEN 44u
#define TYPE_LEN 6u
#define DAY_SEC 86400
#define HOUR_SEC 3600

/* The last weekday of a month, or its n-th: M3.5.0/2. */
typedef struct change_day {
	int month, week, weekday;
	int64_t second; /* of local time, from the day's beginning */
} change_day;

struct vv_zone {
	vv_buf file;
	const uint8_t *times, *kinds, *types; /* transitions, in order: when, and to which type */
	size_t count, type_count;
	bool has_rule, has_summer;
	int64_t standard, summer; /* offsets of the rule */
	change_day begin, end;    /* of summer time */
};

int64_t vv_days_of(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int yoe = (int)(y - era * 400);
	int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = (int64_t)yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static bool two_digits(const char **p, int *out)
{
	if (!isdigit((unsigned char)(*p)[0]) || !isdigit((unsigned char)(*p)[1])) return false;
	*out = ((*p)[0] - '0') * 10 + ((*p)[1] - '0');
	*p += 2;
	return true;
}

bool vv_zone_parse_offset(const char **p, int *offset_min)
{
	int hours, minutes = 0;

	*p += strspn(*p, " ");
	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		*offset_min = 0;
		return true;
	}
	if (**p != '+' && **p != '-') return false;
	int sign = *(*p)++ == '-' ? -1 : 1;
	if (!two_digits(p, &hours)) return false;
	if (**p == ':' || isdigit((unsigned char)**p)) {
		*p += **p == ':';
		if (!two_digits(p, &minutes)) return false;
	}
	*offset_min = sign * (hours * 60 + minutes);
	return hours <= 14 && minutes < 60;
}

/* --- the rule: CET-1CEST,M3.5.0,M10.5.0/3 ---------------------------------------------------- */

static bool read_number(const char **p, int max, int *out)
{
	int n = 0;

	if (!isdigit((unsigned char)**p)) return false;
	while (isdigit((unsigned char)**p)) {
		n = n * 10 + (*(*p)++ - '0');
		if (n > max) return false;
	}
	*out = n;
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(const char **p, int64_t *out)
{
	const int sign = **p == '-' ? -1 : 1;
	int part[3] = {0};

	*p += **p == '-' || **p == '+';
	if (!read_number(p, 167, &part[0])) return false;
	for (int i = 1; i < 3 && **p == ':'; i++) {
		(*p)++;
		if (!read_number(p, 59, &part[i])) return false;
	}
	*out = sign * (int64_t)(part[0] * HOUR_SEC + part[1] * 60 + part[2]);
	return true;
}

/* CET, <+03> */
static bool skip_name(const char **p)
{
	const char *begin = *p;

	if (**p == '<') {
		*p += strcspn(*p, ">");
		return *(*p)++ == '>';
	}
	while (isalpha((unsigned char)**p)) {
		(*p)++;
	}
	return *p > begin;
}

static bool read_change(const char **p, change_day *out)
{
	out->second = (int64_t)2 * HOUR_SEC;
	if (strncmp(*p, ",M", 2) != 0) return false;
	*p += 2;
	if (!read_number(p, 12, &out->month) || *(*p)++ != '.' || !read_number(p, 5, &out->week) ||
	    *(*p)++ != '.' || !read_number(p, 6, &out->weekday) || out->month == 0 ||
	    out->week == 0) {
		return false;
	}
	if (**p != '/') return true;
	(*p)++;
	return read_time(p, &out->second);
}

/* Offsets there are those to the west. */
static bool read_rule(vv_zone *z, const char *p)
{
	if (!skip_name(&p) || !read_time(&p, &z->standard)) return false;
	z->standard = -z->standard;
	z->has_rule = true;
	if (*p == '\n') return true;
	z->has_summer = true;
	z->summer = z->standard + HOUR_SEC;
	if (!skip_name(&p)) return false;
	if (*p != ',') {
		if (!read_time(&p, &z->summer)) return false;
		z->summer = -z->summer;
	}
	return read_change(&p, &z->begin) && read_change(&p, &z->end) && *p == '\n';
}

/* The second of a year at which the clocks change, that are so far from Greenwich until then. */
static int64_t change_time(const change_day *c, int64_t year, int64_t offset)
{
	const int64_t first = vv_days_of(year, c->month, 1);
	const int64_t next = vv_days_of(year + c->month / 12, c->month % 12 + 1, 1);
	const int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
	int64_t day = first + (c->weekday - weekday + 7) % 7 + (int64_t)7 * (c->week - 1);

	while (day >= next) {
		day -= 7;
	}
	return day * DAY_SEC + c->second - offset;
}

static int64_t rule_offset(const vv_zone *z, int64_t time)
{
	int64_t year = 1970 + (time + z->standard) / 31556952;

	if (!z->has_summer) return z->standard;
	while (vv_days_of(year + 1, 1, 1) * DAY_SEC <= time + z->standard) {
		year++;
	}
	while (vv_days_of(year, 1, 1) * DAY_SEC > time + z->standard) {
		year--;
	}
	const int64_t begin = change_time(&z->begin, year, z->standard),
		      end = change_time(&z->end, year, z->summer);
	const bool is_summer = begin < end ? time >= begin && time < end
					   : time >= begin || time < end;
	return is_summer ? z->summer : z->standard;
}

/* --- the file ---------------------------------------------------------------------------------- */

/* The numbers of a header: of UT indicators, standard indicators, leap seconds, transitions, types, bytes of names. */
typedef struct counts {
	uint32_t n[6];
} counts;

static bool read_counts(counts *out, const vv_buf *b, size_t at)
{
	if (b->len < at + HEAD_LEN || memcmp(b->data + at, "TZif", 4) != 0) return false;
	for (size_t i = 0; i < 6; i++) {
		out->n[i] = vv_be32((const uint8_t *)b->data + at + 20 + 4 * i);
		if (out->n[i] > FILE_MAX) return false;
	}
	return true;
}

static size_t body_len(const counts *c, size_t time_len)
{
	return c->n[3] * (time_len + 1) + (size_t)c->n[4] * TYPE_LEN + c->n[5] +
	       c->n[2] * (time_len + 4) + c->n[1] + c->n[0];
}

/* The second part alone, whose times have 64 bits. */
static bool read_zone(vv_zone *z)
{
	const vv_buf *b = &z->file;
	counts c;
	size_t at = HEAD_LEN;

	if (!read_counts(&c, b, 0) || b->data[4] < '2') return false;
	at += body_len(&c, 4);
	if (!read_counts(&c, b, at)) return false;
	at += HEAD_LEN;
	const size_t end = at + body_len(&c, 8);
	if (end >= b->len || b->data[end] != '\n' || b->data[b->len - 1] != '\n' || c.n[4] == 0) {
		return false;
	}
	z->count = c.n[3];
	z->type_count = c.n[4];
	z->times = (const uint8_t *)b->data + at;
	z->kinds = z->times + 8 * z->count;
	z->types = z->kinds + z->count;
	for (size_t i = 0; i < z->count; i++) {
		if (z->kinds[i] >= z->type_count) return false;
	}
	return b->len == end + 2 || read_rule(z, vv_buf_cstr(&z->file) + end + 1);
}

/* Europe/Berlin, America/Argentina/Ushuaia, Etc/GMT+3: no way out of the folder. */
static bool is_name(const char *text)
{
	return isalpha((unsigned char)*text) && !strstr(text, "//") &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
		       strlen(text);
}

vv_status vv_zone_open(vv_zone **out, const char *text, vv_error *err)
{
	vv_auto(vv_zone) *z = vv_calloc(1, sizeof(*z));
	vv_auto(char) *file = vv_path_join(FOLDER, text, (char *)NULL);
	const char *p = text;
	int offset_min = 0;

	if (!z || !file) return vv_fail_nomem(err);
	if (strcmp(text, "UTC") == 0 || (vv_zone_parse_offset(&p, &offset_min) && *p == '\0')) {
		z->has_rule = true;
		z->standard = (int64_t)offset_min * 60;
		*out = vv_take(&z);
		return VV_OK;
	}
	const vv_status rc = is_name(text) ? vv_read_regular(&z->file, file, FILE_MAX, err)
					   : VV_ENOTFOUND;
	if (rc == VV_ENOMEM || rc == VV_EIO) return rc;
	if (rc < 0 || !read_zone(z)) {
		(void)vv_fail(err, VV_EUSAGE, "cannot read the time zone '%s'",
			      vv_text_shows(text));
		return vv_hint(err, "write it as +01:00, UTC or the name of a file below " FOLDER
				    ", such as Europe/Berlin");
	}
	*out = vv_take(&z);
	return VV_OK;
}

void vv_zone_close(vv_zone *z)
{
	if (z) {
		vv_buf_clear(&z->file);
		vv_free(z);
	}
}

static int64_t time_of(const vv_zone *z, size_t i)
{
	return (int64_t)vv_be64(z->times + 8 * i);
}

int64_t vv_zone_offset_sec(const vv_zone *z, int64_t time)
{
	size_t low = 0, high = z->count;

	if (z->has_rule && (z->count == 0 || time >= time_of(z, z->count - 1))) {
		return rule_offset(z, time);
	}
	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (time_of(z, mid) <= time) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	/* before all, the first type */
	return (int32_t)vv_be32(z->types + TYPE_LEN * (low > 0 ? z->kinds[low - 1] : 0));
}

int64_t vv_zone_first(const vv_zone *z, int64_t local)
{
	/* no zone is further from Greenwich, and none changes twice in this time */
	int64_t before = local - (int64_t)16 * HOUR_SEC, after = local + (int64_t)16 * HOUR_SEC;
	const int64_t was = vv_zone_offset_sec(z, before), is = vv_zone_offset_sec(z, after);

	if (was == is) return local - is;
	while (after - before > 1) {
		const int64_t mid = before + (after - before) / 2;

		if (vv_zone_offset_sec(z, mid) == was) {
			before = mid;
		} else {
			after = mid;
		}
	}
	if (local - was < after) return local - was;
	return local - is > after ? local - is : after;
}
