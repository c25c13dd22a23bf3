// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;

namespace Wirestamp
{
    /// <summary>
    /// Something of the library that is closed by <see cref="Dispose"/>. Any member may be called from any thread, also while another
    /// thread disposes of the object: it then finishes first, or throws <see cref="ObjectDisposedException"/>. Disposing twice, and
    /// inside a handler, is allowed. What was made in a <see cref="Context"/> is disposed of with it.
    /// </summary>
    public abstract class NativeObject : IDisposable
    {
        // The low bits count those who use the object now, and one more for not being disposed of. Who brings them to zero closes it.
        private const int Closing = 1 << 30;
        private int state = 1;
        private int finished;
        private IntPtr handle;
        private readonly NativeObject? parent;
        private readonly List<WeakReference<NativeObject>> children = new List<WeakReference<NativeObject>>();

        /// <summary>Handlers that run on this thread now. Disposing inside one must not wait for it.</summary>
        [ThreadStatic]
        internal static int HandlersHere;

        internal NativeObject(NativeObject? parent)
        {
            if (parent == null)
                Library.Demand();
            this.parent = parent;
        }

        /// <summary>For calls of the C interface.</summary>
        internal IntPtr Handle => handle;
        internal bool IsClosing => (Volatile.Read(ref state) & Closing) != 0;

        /// <summary>True once <see cref="Dispose"/> was called, here or on the context.</summary>
        public bool IsDisposed => IsClosing;

        /// <summary>The object lives from here on, as long as its parent does not refuse.</summary>
        internal void Opened(IntPtr opened)
        {
            handle = opened;
            if (parent == null)
                return;
            lock (parent.children)
            {
                if (parent.children.Count == parent.children.Capacity)
                    parent.children.RemoveAll(child => !child.TryGetTarget(out var alive) || alive.finished != 0);
                parent.children.Add(new WeakReference<NativeObject>(this));
            }
        }

        /// <summary>To be paired with <see cref="Exit"/>; between the two the handle is good.</summary>
        internal void Enter()
        {
            if ((Interlocked.Increment(ref state) & Closing) != 0)
            {
                Exit();
                throw new ObjectDisposedException(GetType().Name);
            }
        }

        internal bool TryEnter()
        {
            if ((Interlocked.Increment(ref state) & Closing) == 0)
                return true;
            Exit();
            return false;
        }

        internal void Exit()
        {
            if (Interlocked.Decrement(ref state) == Closing)
                Finish();
        }

        private void Finish()
        {
            if (Interlocked.CompareExchange(ref finished, 1, 0) != 0)
                return;
            if (handle != IntPtr.Zero)
                Close(handle);
            if (parent != null)
                parent.Exit();
            lock (children)
            {
                finished = 2;
                Monitor.PulseAll(children);
            }
        }

        /// <summary>Closes the handle; nobody uses it any more. Must not throw.</summary>
        internal abstract void Close(IntPtr closing);

        /// <summary>What must end before the handle is closed.</summary>
        internal virtual void Leave()
        {
        }

        /// <summary>Closes the object and what was made in it. Returns when that is done, or at once inside a handler.</summary>
        public void Dispose()
        {
            GC.SuppressFinalize(this);
            Shut(true);
        }

        private void Shut(bool byCaller)
        {
            int seen;
            do
            {
                seen = Volatile.Read(ref state);
                if ((seen & Closing) != 0)
                    return;
            } while (Interlocked.CompareExchange(ref state, seen | Closing, seen) != seen);
            if (byCaller)
            {
                Leave();
                WeakReference<NativeObject>[] all;
                lock (children)
                    all = children.ToArray();
                foreach (WeakReference<NativeObject> child in all)
                {
                    if (child.TryGetTarget(out var alive))
                        alive.Dispose();
                }
            }
            Exit();
            if (!byCaller || HandlersHere != 0)
                return;
            lock (children)
            {
                while (finished != 2)
                    Monitor.Wait(children);
            }
        }

        /// <summary>Closes what was forgotten.</summary>
        ~NativeObject()
        {
            // Mono and .NET Framework also finalize what is still in use when the process ends, and closing would wait for threads that
            // have been stopped. The system takes all back.
            if (handle != IntPtr.Zero && !Environment.HasShutdownStarted)
                Shut(false);
        }
    }
}
