// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;

namespace Wirestamp
{
    /// <summary>
    /// Asks for events until it is disposed of. <see cref="Dispose"/> returns when the handler has ended and will not run again, or at
    /// once inside the handler, whose call is then the last: the caller must not hold a lock that the handler takes.
    /// </summary>
    public sealed class Subscription : IDisposable
    {
        private readonly Context context;
        private readonly EventHandler? handler;
        private readonly object running = new object();
        private bool ended;

        internal Subscription(Context context, EventHandler? handler)
        {
            this.context = context;
            this.handler = handler;
        }

        /// <summary>Never reused.</summary>
        public ulong Id { get; internal set; }
        internal bool HasHandler => handler != null;

        internal void Deliver(in Event happened)
        {
            lock (running)
            {
                if (ended || handler == null)
                    return;
                ++NativeObject.HandlersHere;
                try
                {
                    handler(in happened);
                }
                catch (Exception failure)
                {
                    context.Failed(failure);
                }
                finally
                {
                    --NativeObject.HandlersHere;
                }
            }
        }

        /// <summary>Ends it.</summary>
        public void Dispose()
        {
            context.End(this);
            Volatile.Write(ref ended, true);
            lock (running)
            {
                // waits for a handler on another thread; passes at once inside the handler
            }
        }
    }
}
