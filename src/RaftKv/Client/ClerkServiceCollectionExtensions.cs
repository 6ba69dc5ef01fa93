using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RaftKv.Platform;

namespace RaftKv.Client;

/// <summary>Dependency injection for a <see cref="Clerk"/>.</summary>
public static class ClerkServiceCollectionExtensions
{
    /// <summary>Adds one Clerk for the whole application, which the container disposes.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="platform">Gives the loop, clock and network to run on.</param>
    /// <param name="options">Where the cluster is and how to reach it.</param>
    public static IServiceCollection AddRaftKvClerk(
        this IServiceCollection services, Func<IServiceProvider, NodePlatform> platform, ClerkOptions options)
    {
        options.Validate();
        services.TryAddSingleton(provider => new Clerk(platform(provider), options));
        return services;
    }
}
