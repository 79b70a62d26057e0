// Stops where it has frames of every kind: of recursion, alloca, an aligned one, a library's that calls back, and of a
// signal that interrupts it, on a stack of its own. When it has written, it stays.
#include <alloca.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALONE __attribute__((noinline))

static volatile int sum;

static ALONE void stops(void)
{
	printf("%d\n", (int)getpid());
	fflush(stdout);
	for (;;)
		pause();
}

static void on_signal(int signal)
{
	sum += signal;
	stops();
	sum++;
}

static ALONE void raises(int n)
{
	char *room = alloca(16 + n);

	memset(room, n, 16 + n);
	*(volatile int *)NULL = n;
	sum += room[n];
}

static ALONE void aligned(int n)
{
	_Alignas(64) volatile char bytes[128];

	bytes[n & 127] = 1;
	raises(n + ((uintptr_t)bytes & 63) + bytes[n & 127]);
	sum += bytes[0];
}

static int compares(const void *one, const void *other)
{
	char *room = alloca(16 + (sum & 7));

	memset(room, 0, 16);
	if (!sum++)
		aligned(3 + room[sum & 7]);
	return *(const int *)one - *(const int *)other;
}

static ALONE int deep(int n)
{
	int numbers[] = {3, 1, n};

	if (n)
		return deep(n - 1) + 1;
	qsort(numbers, 3, sizeof(*numbers), compares);
	return numbers[0];
}

int main(void)
{
	static char room[65536];
	const stack_t own = {.ss_sp = room, .ss_size = sizeof(room)};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

	sigaltstack(&own, NULL);
	sigaction(SIGSEGV, &action, NULL);
	return deep(100);
}
