/*
 * network: the columns of Linux's tables (proc(5); Documentation/networking in its source).
 */
#include "transport/line/network.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"

#define TABLE_MAX (1u << 20)
#define WORD 64u
#define COLUMNS 12u

/* The best default route so far. */
typedef struct route {
	char device[WORD], gateway[WORD]; /* gateway in hex as the table has it */
	unsigned long metric;
	bool found;
} route;

/* The words of a line, cut to WORD - 1 bytes; how many there are, COLUMNS at most. *p moves to the next line. */
static size_t split_line(const char **p, char words[COLUMNS][WORD])
{
	size_t count = 0;

	while (**p && **p != '\n') {
		size_t n = strcspn(*p, " \t\n");
		if (n > 0 && count < COLUMNS) {
			size_t kept = n < WORD ? n : WORD - 1;
			memcpy(words[count], *p, kept);
			words[count++][kept] = '\0';
		}
		*p += n;
		*p += **p == ' ' || **p == '\t';
	}
	*p += **p == '\n';
	return count;
}

static bool is_zero(const char *hex)
{
	return *hex && hex[strspn(hex, "0")] == '\0';
}

static void take_route(route *best, const char *device, const char *gateway, const char *metric,
		       unsigned base)
{
	unsigned long value = 0;

	if (sscanf(metric, base == 16 ? "%lx" : "%lu", &value) != 1 ||
	    (best->found && best->metric <= value)) {
		return;
	}
	best->found = true;
	best->metric = value;
	(void)snprintf(best->device, WORD, "%s", device);
	(void)snprintf(best->gateway, WORD, "%s", gateway);
}

/* Iface Destination Gateway Flags RefCnt Use Metric Mask ... */
static void read_routes(route *out, const char *text)
{
	char words[COLUMNS][WORD];

	while (*text) {
		if (split_line(&text, words) >= 8 && is_zero(words[1]) && is_zero(words[7])) {
			take_route(out, words[0], words[2], words[6], 10);
		}
	}
}

/* destination length source length next-hop metric references use flags device */
static void read_routes6(route *out, const char *text)
{
	char words[COLUMNS][WORD];

	while (*text) {
		if (split_line(&text, words) >= 10 && is_zero(words[0]) && is_zero(words[1]) &&
		    strcmp(words[9], "lo") != 0) {
			take_route(out, words[9], words[4], words[5], 16);
		}
	}
}

/* IP-address HW-type Flags HW-address Mask Device: the hardware address of the gateway, which the table of
 * routes has as a number in the machine's order. */
static void find_hardware(char out[WORD], const route *r, const char *text)
{
	char words[COLUMNS][WORD], address[WORD];
	unsigned value = 0;
	uint8_t b[4];

	out[0] = '\0';
	if (sscanf(r->gateway, "%8x", &value) != 1) return;
	memcpy(b, &value, sizeof(b));
	(void)snprintf(address, sizeof(address), "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	while (*text) {
		if (split_line(&text, words) >= 6 && strcmp(words[0], address) == 0 &&
		    strcmp(words[5], r->device) == 0 &&
		    strcmp(words[3], "00:00:00:00:00:00") != 0) {
			(void)snprintf(out, WORD, "%s", words[3]);
			return;
		}
	}
}

/* A table as text; empty where it cannot be read. */
static void read_table(vv_buf *out, const char *tables, const char *name)
{
	vv_auto(char) *path = vv_path_join(tables, name, (char *)NULL);

	vv_buf_reset(out);
	if (!path || vv_read_file(out, path, TABLE_MAX, VV_IGNORED) < 0) {
		vv_buf_reset(out);
	}
}

uint64_t vv_network_id(const char *tables, uint64_t key)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	route r = {.found = false};
	char hardware[WORD] = "", is[4 * WORD];

	read_table(&text, tables, "route");
	read_routes(&r, vv_buf_cstr(&text));
	if (r.found) {
		read_table(&text, tables, "arp");
		find_hardware(hardware, &r, vv_buf_cstr(&text));
	} else {
		read_table(&text, tables, "ipv6_route");
		read_routes6(&r, vv_buf_cstr(&text));
	}
	int n = snprintf(is, sizeof(is), "%s %s %s", r.device, r.gateway, hardware);
	return vv_xxh3(is, n > 0 ? (size_t)n : 1, key);
}
